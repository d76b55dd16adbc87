import { execFileSync } from "node:child_process";

/** Runs a program of the host's; answers what it wrote. What it says of its failure is in the error. */
export function execute(program: string, ...words: readonly string[]): string {
  return execFileSync(program, words, {
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "latin1",
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
  });
}
