import { spawnSync } from "node:child_process";
import process from "node:process";
import type { StartAsked } from "./real-processes.ts";

/**
 * Becomes a background process (real-processes.ts). In the mount namespace that it was started in, another file may be bound over the program:
 * the process then does what that file does, and shows the program's name. Imports nothing of ours, so that it starts quickly.
 */
const asked: StartAsked = JSON.parse(process.argv[2] ?? "");
const { program, body, command, environment } = asked;
const bound = body === "" ? { status: 0 } : spawnSync("mount", ["--bind", "--", body, program], { stdio: "ignore" });
if (bound.status !== 0) process.exit(1);
process.execve?.(program, [...command], environment);
