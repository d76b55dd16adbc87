import type { Decoy } from "../../src/decoy/decoy.ts";
import { decoys } from "../../src/decoys/index.ts";
import { runWorker } from "../../src/host/worker/worker.ts";

/** A worker as the product's own, with more decoys: each argument is the path of a module that exports some. Only tests start it. */
const modules: readonly unknown[] = await Promise.all(process.argv.slice(2).map((path) => import(path)));
runWorker([...decoys, ...modules.flatMap(decoysIn)]);

export function decoysIn(module: unknown): readonly Decoy[] {
  return Object.values(typeof module === "object" && module !== null ? module : {}).filter(isDecoy);
}

function isDecoy(value: unknown): value is Decoy {
  return typeof value === "object" && value !== null && "open" in value && "unprivilegedPorts" in value;
}
