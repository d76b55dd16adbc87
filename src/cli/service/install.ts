import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../../daemon/settings.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import { STEWARD_SERVICE } from "../../steward/place.ts";
import { say } from "../output.ts";
import { SERVICE, type ServicePaths, serviceUnit, socketName, socketUnit, stewardUnit } from "./unit.ts";

const UNITS = "/etc/systemd/system";

/** Writes the accounts, the configuration if there is none, and the units, and starts the sensor. Doing it again changes nothing but what differs. */
export function installService(settings: Settings, paths: ServicePaths): void {
  requireSystemdAndRoot();
  for (const account of [settings.accounts.sensor, settings.accounts.worker]) ensureAccount(account);
  if (!existsSync(paths.configuration)) {
    mkdirSync(join(paths.configuration, ".."), { recursive: true, mode: 0o755 });
    writeFileSync(paths.configuration, "# Utsusemi; docs/configuration.md lists every key.\nports: standard\n", { mode: 0o644 });
    say(`Wrote ${paths.configuration}`);
  }
  const units = unitsOf(settings, paths);
  for (const [name, text] of Object.entries(units)) writeFileSync(join(UNITS, name), text, { mode: 0o644 });
  systemctl("daemon-reload");
  systemctl("enable", "--now", ...Object.keys(units));
  if (settings.wire !== undefined) utsusemi(paths, "wire", "up", "--config", paths.configuration);
  say(`Installed and started ${SERVICE}. What it sees: utsusemi events --follow --state ${paths.state}`);
}

/** The units by name, sockets and the steward first: the service wants them there. */
export function unitsOf(settings: Settings, paths: ServicePaths): Readonly<Record<string, string>> {
  const decoys = [...new Set(settings.listen.map(({ decoy }) => decoy))];
  const sockets = decoys.map((decoy) => [
    socketName(decoy),
    socketUnit(
      decoy,
      settings.listen.filter((one) => one.decoy === decoy),
    ),
  ]);
  const hasSteward = settings.wire !== undefined;
  const steward = hasSteward ? [[STEWARD_SERVICE, stewardUnit(paths, settings.accounts.sensor)]] : [];
  return Object.fromEntries([...sockets, ...steward, [SERVICE, serviceUnit(paths, { decoys, hasSteward })]]);
}

/** Stops and removes the units, and takes the wire disguise away; what was caught, the configuration and the accounts stay. */
export function removeService(paths: ServicePaths): void {
  requireSystemdAndRoot();
  const own = [SERVICE, STEWARD_SERVICE];
  const units = readdirSync(UNITS).filter((name) => own.includes(name) || /^utsusemi-[a-z0-9-]+\.socket$/.test(name));
  if (units.length === 0) {
    say("The service is not installed.");
    return;
  }
  if (units.includes(STEWARD_SERVICE)) utsusemi(paths, "wire", "down");
  systemctl("disable", "--now", ...units);
  for (const unit of units) rmSync(join(UNITS, unit), { force: true });
  systemctl("daemon-reload");
  say("Removed. What was caught is still in the state folder.");
}

function requireSystemdAndRoot(): void {
  if (process.getuid?.() !== 0)
    throw new OperatorError("rights-missing", "Installing or removing the service writes below /etc and adds accounts.");
  if (!existsSync("/run/systemd/system"))
    throw new OperatorError("service-unsupported", "There is no /run/systemd/system: systemd does not run this machine.");
}

function ensureAccount(name: string): void {
  try {
    execFileSync("id", ["-u", name], { stdio: "ignore" });
  } catch {
    execFileSync("useradd", ["--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", name], {
      stdio: "inherit",
    });
    say(`Added the account ${name}.`);
  }
}

function systemctl(...args: readonly string[]): void {
  execFileSync("systemctl", [...args], { stdio: ["ignore", "inherit", "inherit"] });
}

/** What it says is for the operator; when it fails, the rest goes on. */
function utsusemi({ node, program }: ServicePaths, ...words: readonly string[]): void {
  const { status } = spawnSync(node, [program, ...words], { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) say(`Not done: utsusemi ${words.join(" ")}`);
}
