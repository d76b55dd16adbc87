/** Programs of this machine with all that they need to run in a guest: the libraries that the dynamic linker names, at the paths where it looks for them. */
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { programPath } from "../../rig/needs.ts";
import type { GuestFiles } from "./newc-archive.ts";

/** @param names of programs, or paths that begin with a slash; a script brings nothing but itself */
export function programFiles(...names: readonly string[]): GuestFiles {
  const programs = names.map((name) => (name.startsWith("/") ? name : (programPath(name) ?? missing(name))));
  const paths = new Set(programs.flatMap((path) => [path, ...librariesOf(path)]));
  return Object.fromEntries([...paths].map((path) => [path.slice(1), { bytes: readFileSync(path), mode: statSync(path).mode & 0o7777 }]));
}

/** busybox under the name of each of its programs, in /bin; /bin/sh is dash, as in Debian. */
export function shellFiles(): GuestFiles {
  const busybox = programPath("busybox") ?? missing("busybox");
  const applets = execFileSync(busybox, ["--list"], { encoding: "utf8" }).split("\n").filter(Boolean);
  return {
    ...Object.fromEntries(applets.map((name) => [`bin/${name}`, { link: "/bin/busybox" }])),
    ...programFiles("dash"),
    "bin/busybox": readFileSync(busybox),
    "bin/dash": readFileSync(programPath("dash") ?? missing("dash")),
    "bin/sh": { link: "dash" },
  };
}

function librariesOf(path: string): readonly string[] {
  if (readFileSync(path).subarray(0, 4).toString("latin1") !== "\x7fELF") return [];
  let listed: string;
  try {
    listed = execFileSync("ldd", [path], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    // Of a static program ldd says so, with status 1.
    if (error instanceof Error && "stderr" in error && String(error.stderr).includes("not a dynamic")) return [];
    throw error;
  }
  return [...listed.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map(([, library]) => library ?? "");
}

function missing(name: string): never {
  throw new Error(`there is no program ${name} on this machine`);
}
