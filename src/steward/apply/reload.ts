import type { CarrierHost, Reload } from "./carriage.ts";
import { hasSystemd } from "./carrier-host.ts";
import type { Outside } from "./outside.ts";

/**
 * Tells running programs that their files have changed. Nothing is started again and no session ends: sshd(8) goes on serving those that are
 * there when it reads its configuration, and is not told of one that it would refuse.
 */
export interface Telling {
  readonly host: CarrierHost;
  readonly outside: Outside;
}

/** Why it could not be told, a sentence. */
export function reload(what: Reload, telling: Telling): string | undefined {
  return what === "systemd" ? reloadSystemd(telling) : reloadSshd(telling);
}

function reloadSystemd({ host, outside }: Telling): string | undefined {
  if (!hasSystemd(host)) return undefined;
  const { status, err } = outside.run("systemctl", ["daemon-reload"]);
  return status === 0 ? undefined : `systemd did not read its units again: ${firstLine(err)}.`;
}

const SSHD = "/usr/sbin/sshd";

function reloadSshd(telling: Telling): string | undefined {
  const { host, outside } = telling;
  const test = outside.run(SSHD, ["-t"]);
  if (!test.isThere) return undefined;
  if (test.status !== 0) return `sshd refuses its configuration: ${firstLine(test.err)}.`;
  if (hasSystemd(host) && outside.run("systemctl", ["reload", "ssh"]).status === 0) return undefined;
  const pid = Number(host.read("/run/sshd.pid")?.trim() ?? "");
  // One that does not run reads its configuration when it starts.
  if (!Number.isInteger(pid) || pid < 2 || host.read(`/proc/${pid}/comm`)?.trim() !== "sshd") return undefined;
  outside.signal(pid, "SIGHUP");
  return undefined;
}

function firstLine(text: string): string {
  return (text.trim().split("\n", 1)[0] ?? "").slice(0, 300) || "it gave no reason";
}

/** Starts a unit again. Why it did not, a sentence's rest. */
export function restart(unit: string, { outside }: Telling): string | undefined {
  const { status, err } = outside.run("systemctl", ["restart", "--", unit]);
  return status === 0 ? undefined : firstLine(err);
}
