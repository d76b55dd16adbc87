import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Trial } from "../../apply/carriage.ts";
import type { Change } from "../../ledger/change.ts";

/** The guard and the plan of one service, as they would be written. */
export interface StartToTest {
  readonly id: string;
  readonly guardFile: string;
  readonly planFile: string;
  /** `--as` of the guard; undefined: root's rights are kept. */
  readonly account: string | undefined;
  /** `--keep` of the guard. */
  readonly kept: bigint;
  /** Shown by the mounts that it makes. */
  readonly mark: number;
  /** Where programs may be run, and which is root's alone. */
  readonly folder: string;
}

const LIMIT_MS = 20_000;

/**
 * A start before it counts: the guard sets up the service's own plan for a program that only reads its mounts, which must then be there. Nothing
 * of the host is changed by it but a folder that is removed again.
 */
export function testStart(asked: StartToTest): Trial {
  return (changes) => Promise.resolve(failedStart(asked, changes));
}

function failedStart(asked: StartToTest, changes: readonly Change[]): string | undefined {
  const folder = mkdtempSync(join(asked.folder, "trial-"));
  try {
    const [guard, plan] = [join(folder, "guard"), join(folder, "plan")];
    writeFileSync(guard, bytesFor(asked.guardFile, changes), { mode: 0o700 });
    writeFileSync(plan, bytesFor(asked.planFile, changes), { mode: 0o600 });
    const account = asked.account === undefined ? [] : ["--as", asked.account, "--keep", `${asked.kept}`];
    const words = ["enter", plan, ...account, "--watch", "--", "/bin/cat", "/proc/self/mountinfo"];
    const { status, stdout, stderr } = spawnSync(guard, words, {
      encoding: "latin1",
      cwd: "/",
      env: {},
      timeout: LIMIT_MS,
      killSignal: "SIGKILL",
    });
    if (status === 0 && stdout.includes(`nr_inodes=${asked.mark}`)) return undefined;
    const why = (stderr ?? "").trim().split("\n").at(-1)?.replace("utsusemi: ", "") ?? "";
    return `A test start for ${asked.id} failed, so nothing was changed: ${why === "" ? `it ended with ${status ?? "a signal"}` : why}.`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function bytesFor(path: string, changes: readonly Change[]): Uint8Array {
  const change = changes.find((one) => one.kind === "file" && one.path === path);
  return change !== undefined && "contents" in change ? Buffer.from(change.contents, "base64") : new Uint8Array();
}
