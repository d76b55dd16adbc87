import process from "node:process";
import { makeOrUndo, steppingPorts } from "./ledger-rig.ts";

/** Makes or undoes all changes in a folder, and kills itself at its n-th step. */
const [folder = "", what, at = "0"] = process.argv.slice(2);
makeOrUndo(
  what,
  folder,
  steppingPorts(folder, Number(at), () => process.kill(process.pid, "SIGKILL")),
);
