import type { Viewer } from "../../../detectors/views/viewer.ts";
import type { Effect } from "../../../disguise/effect.ts";
import type { CarryAsked } from "../../apply/carriage.ts";
import { ambientCapabilities } from "./capabilities.ts";
import { leavesAccountToSystemd } from "./drop-in.ts";
import { type ExecCommand, parseExecLine } from "./exec-line.ts";
import type { LoadedUnit } from "./loaded-units.ts";
import { UNIT } from "./of-units.ts";
import { sandboxInTheWay } from "./sandbox.ts";
import { accountOf, accountWord, type UnitAccount } from "./unit-account.ts";
import { UnitSettings } from "./unit-text.ts";

/** How one unit is carried: what its drop-in needs to know of it, and what of the effect it can show. */
export interface CarriedUnit {
  readonly loaded: LoadedUnit;
  readonly commands: readonly ExecCommand[];
  readonly account: string | undefined;
  /** As whom its first command looks; undefined: as root. */
  readonly viewer: Viewer | undefined;
  /** Capabilities that the account keeps, a bit each. */
  readonly kept: bigint;
  readonly watches: boolean;
  readonly isQuiet: boolean;
  /** Of the plan's, what can be shown here. */
  readonly effect: Effect;
  /** With `UNIT` for its name, as are the limits. */
  readonly leftOut: readonly string[];
  readonly limits: readonly string[];
}

/** Text: why it stays as it is, the end of a sentence. */
export function carriedUnit(loaded: LoadedUnit, { plan, folder, host }: CarryAsked): CarriedUnit | string {
  const kept = keptAsItIs(loaded);
  if (kept !== undefined) return kept;
  const texts = loaded.files.map((path) => host.read(path));
  if (!texts.every((text) => text !== undefined)) return "its unit file cannot be read";
  const unit = new UnitSettings(texts);
  const commands = commandsOf(unit);
  if (typeof commands === "string") return commands;
  const account = accountOf(unit, loaded.id, host);
  if (typeof account === "string") return account;
  const isPrivileged = commands.every(({ rights }) => rights === "+");
  const changesAccount = account !== undefined && commands.some(leavesAccountToSystemd);
  const sandbox = { unit, filter: loaded.filter, changesAccount, folder };
  const inTheWay = isPrivileged ? rootInTheWay(unit) : sandboxInTheWay({ ...sandbox, changesHostName: false });
  if (inTheWay !== undefined) return inTheWay;
  const keepsName = isPrivileged ? undefined : sandboxInTheWay({ ...sandbox, changesHostName: true });
  const capabilities = account?.uid === 0 ? 0n : (ambientCapabilities(unit.given("AmbientCapabilities")) ?? 0n);
  const shown = shownBy({ unit, commands, effect: plan.effect, keepsName });
  return {
    loaded,
    commands,
    account: account === undefined ? undefined : accountWord(account),
    viewer: viewerOf(account, { unit, commands, kept: capabilities }),
    kept: capabilities,
    watches: leavesProcesses(unit) && typeOf(unit) !== "forking",
    isQuiet: ["StandardInput", "StandardOutput", "StandardError"].some((name) => unit.last(name) === "socket"),
    ...shown,
    limits: limitsOf(unit, shown.effect, changesAccount),
  };
}

interface ViewerAsked {
  readonly unit: UnitSettings;
  readonly commands: readonly ExecCommand[];
  readonly kept: bigint;
}

/** Root's number has root's rights, whatever its groups are; and a command with `+` or `!` begins with them. */
function viewerOf(account: UnitAccount | undefined, { unit, commands: [first], kept }: ViewerAsked): Viewer | undefined {
  if (account === undefined || account.uid === 0 || first === undefined || !leavesAccountToSystemd(first)) return undefined;
  return { ...account, capabilities: Number(kept), ...(unit.is("NoNewPrivileges") ? { gainsNothing: true } : {}) };
}

/** Whoever puts things right must see the real host; and we are no part of it. */
function keptAsItIs({ id, files }: LoadedUnit): string | undefined {
  if (/^(emergency|rescue|debug-shell|console-getty|systemd-sulogin-shell)/.test(id))
    return "it is there for repairs, which need the real host";
  if (/^utsusemi/.test(id)) return "it belongs to Utsusemi itself";
  if (files[0]?.startsWith("/run/systemd/transient/") === true) return "it was made for once, and has no unit file";
  return undefined;
}

function commandsOf(unit: UnitSettings): readonly ExecCommand[] | string {
  const lines = unit.list("ExecStart");
  if (lines.length === 0) return "it starts no command (ExecStart=)";
  const commands = lines.map(parseExecLine);
  return commands.every((command) => command !== undefined) ? commands.flat() : "its ExecStart= is not understood";
}

function rootInTheWay(unit: UnitSettings): string | undefined {
  return ["RootDirectory", "RootImage"].some((name) => unit.last(name) !== undefined) ? "it has a root directory of its own" : undefined;
}

function typeOf(unit: UnitSettings): string {
  return unit.last("Type") ?? (unit.last("BusName") === undefined ? "simple" : "dbus");
}

/** Whether systemd ends the first process only, when it stops the unit. */
function leavesProcesses(unit: UnitSettings): boolean {
  return /^(process|none)$/.test(unit.last("KillMode") ?? "");
}

/** Whether systemd finds the unit's first process, and its end, also when others run beside it. */
function bearsProcesses(unit: UnitSettings, commands: readonly ExecCommand[]): boolean {
  const type = typeOf(unit);
  if (commands.length > 1 || type === "oneshot" || unit.last("ExitType") === "cgroup") return false;
  return type !== "forking" || (unit.last("PIDFile") !== undefined && !leavesProcesses(unit));
}

interface Showing {
  readonly unit: UnitSettings;
  readonly commands: readonly ExecCommand[];
  readonly effect: Effect;
  /** Why the host's name stays; undefined: it need not. */
  readonly keepsName: string | undefined;
}

/** The tracer is an orphan in the unit's cgroup, and gives the command no other name. */
function whyUntraced(unit: UnitSettings, commands: readonly ExecCommand[]): string | undefined {
  if (commands.some(({ hasName }) => hasName)) return "its command is told another name than its own (@ in ExecStart=)";
  const isGuessed = typeOf(unit) === "forking" && unit.last("PIDFile") === undefined;
  return isGuessed ? "systemd guesses its first process (no PIDFile=), and could not with a tracer beside it" : undefined;
}

function shownBy({ unit, commands, effect, keepsName }: Showing): Pick<CarriedUnit, "effect" | "leftOut"> {
  const { processes, hostName, cpuid, vmwarePort, ...rest } = effect;
  const untraced = whyUntraced(unit, commands);
  const refused: readonly (readonly [parts: Effect, isPossible: boolean, why: string])[] = [
    [
      defined({ processes }),
      bearsProcesses(unit, commands),
      `There are no background processes in ${UNIT}: systemd could not tell the first process from them, or when it has ended.`,
    ],
    [defined({ hostName }), keepsName === undefined, `The host's name stays in ${UNIT}: ${keepsName}.`],
    [defined({ cpuid, vmwarePort }), untraced === undefined, `In ${UNIT} CPUID and the VMware port answer as they are: ${untraced}.`],
  ];
  const shown = refused.filter(([, isPossible]) => isPossible).map(([parts]) => parts);
  const leftOut = refused.filter(([parts, isPossible]) => !isPossible && Object.keys(parts).length > 0).map(([, , why]) => why);
  return { effect: Object.assign({}, rest, ...shown), leftOut };
}

function defined(parts: { readonly [Key in keyof Effect]: Effect[Key] | undefined }): Effect {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
}

function limitsOf(unit: UnitSettings, effect: Effect, changesAccount: boolean): readonly string[] {
  const others = ["ExecCondition", "ExecStartPre", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost"];
  const outside = others.filter((name) => unit.list(name).length > 0).map((name) => `${name}=`);
  const isTraced = effect.cpuid !== undefined || effect.vmwarePort !== undefined;
  return [
    ...(outside.length > 0 ? [`${outside.join(", ")} of ${UNIT} run outside the disguise.`] : []),
    ...(isTraced ? [`Debuggers are refused inside ${UNIT}.`] : []),
    ...(isTraced && changesAccount ? [`Set-uid programs get no rights of their own inside ${UNIT}.`] : []),
  ];
}
