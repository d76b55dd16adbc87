import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/**
 * Runs `run.ts` in network and process namespaces of its own: no service of this machine holds a port that is wanted there, nothing is
 * reached from it but its own loopback, and when it ends, however it ends, every server in it has ended too.
 */
export async function runApart(args: readonly string[], stdio: "inherit" | "ignore" = "inherit"): Promise<number> {
  const inside = [process.execPath, join(import.meta.dirname, "run.ts"), "--inside", ...args];
  const namespaces = ["--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const child = spawn("unshare", [...namespaces, "sh", "-c", 'ip link set lo up && exec "$0" "$@"', ...inside], {
    stdio: ["ignore", stdio, "inherit"],
  });
  const stop = () => child.kill("SIGKILL");
  process.once("exit", stop);
  const [code]: unknown[] = await once(child, "exit");
  process.off("exit", stop);
  return typeof code === "number" ? code : 1;
}
