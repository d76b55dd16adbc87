import { OperatorError } from "../../errors/operator-error.ts";
import type { CarrierHost } from "./carriage.ts";
import { hasSystemd } from "./carrier-host.ts";
import { type Scope, scopeText } from "./scope.ts";

/** Refuses a scope that this host has no place for, before anything is looked at. @throws OperatorError `disguise-unsupported`, `scope-unknown` */
export function refuseHere(scopes: readonly Scope[], host: CarrierHost): void {
  const units = scopes.filter(({ kind }) => kind === "service" || kind === "slice");
  if (units.length > 0 && !hasSystemd(host))
    throw new OperatorError(
      "disguise-unsupported",
      `systemd does not run this ${isContainer(host) ? "container" : "machine"}, so there is no ${units.map(scopeText).join(", ")}.`,
      { next: "Logins (--scope user:NAME) need no systemd, nor does one process tree: `utsusemi disguise run`." },
    );
  for (const scope of scopes)
    if (scope.kind === "user" && !isUser(scope.name, host)) throw new OperatorError("scope-unknown", `There is no user ${scope.name}.`);
  const isHost = scopes.some(({ kind }) => kind === "host");
  if (isHost && scopes.length > 1)
    throw new OperatorError("usage", "The whole host has every service and user in it: give --scope host alone, or the others without it.");
}

/** Accounts of a directory service are known to getent(1) alone. */
function isUser(name: string, host: CarrierHost): boolean {
  return (
    host
      .read("/etc/passwd")
      ?.split("\n")
      .some((line) => line.startsWith(`${name}:`)) === true || host.ask("getent", "passwd", name) !== undefined
  );
}

/** Whether process 1 says so itself: containers of which only root can know otherwise. */
export function isContainer(host: CarrierHost): boolean {
  const environment = host.read("/proc/1/environ")?.split("\0") ?? [];
  if (environment.some((variable) => /^container=./.test(variable))) return true;
  return (
    host.list("/").includes(".dockerenv") || host.list("/run").includes(".containerenv") || host.list("/run/systemd").includes("container")
  );
}
