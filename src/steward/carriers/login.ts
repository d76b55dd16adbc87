import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Effect } from "../../disguise/effect.ts";
import { hostTree } from "../../disguise/overlay/host-tree.ts";
import { encodePlan } from "../../disguise/overlay/plan-record.ts";
import { carriedAround, guardProgram } from "../../disguise/run/carried-around.ts";
import { type CarriedAround, type CarriedPlan, planCarried } from "../../disguise/run/plan-carried.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import type { Carriage, Carrier, CarryAsked } from "../apply/carriage.ts";
import type { Change } from "../ledger/change.ts";
import { type Account, accountOf, viewerOf } from "./logins/account.ts";
import { type PamWay, pamWay, type Service } from "./logins/by-pam.ts";
import { openFolder, type SshdWay, sshdWay } from "./logins/by-sshd.ts";
import { closedFiles } from "./logins/closed-files.ts";
import { sshdSettings } from "./logins/sshd-settings.ts";
import { testLogin } from "./logins/test-login.ts";
import { bytesFile } from "./logins/text-file.ts";
import { topOf } from "./top-of.ts";

/**
 * Carries a plan into the logins of one named user, and of nobody else: through PAM where that can be (by-pam.ts), else by sshd (by-sshd.ts).
 * Sessions that are open stay as they are, before and behind it.
 *
 * What must stay true: no login ends because of it. So every part of it may fail and the login goes on undisguised, and before anything is
 * changed the changes are tried with a login of that user and one of root's (test-login.ts).
 */
export const carryLogin: Carrier = (asked) => {
  assert.equal(asked.scope.kind, "user");
  const account = accountOf(asked.scope.kind === "user" ? asked.scope.name : "", asked.host);
  const ways = waysFor(account, asked);
  const { pam, ssh } = ways;
  if (pam.services.length === 0 && ssh === undefined)
    throw new OperatorError("disguise-unsupported", `Logins of ${account.name} cannot be disguised here. ${ways.leftOut.join(" ")}`);
  const carried = [
    ...(pam.services.length > 0 ? [byPam(ways, asked)] : []),
    ...(ssh === undefined ? [] : [bySshd({ ...ways, ssh }, asked)]),
  ];
  const [first, second] = carried;
  assert.ok(first !== undefined);
  return {
    changes: [...foldersOf(ways), ...carried.flatMap(({ changes }) => changes)],
    reloads: ssh === undefined ? [] : ["sshd"],
    restarts: [],
    leftOut: [
      ...ways.leftOut,
      ...first.plan.leftOut.map((why) => (second === undefined ? why : `At a console: ${why}`)),
      ...(second?.plan.leftOut ?? []),
    ],
    limits: [...limitsOf(account, ways, asked), ...new Set(carried.flatMap(({ plan }) => plan.limits))],
    trials: [
      (changes) =>
        testLogin({ account, services: pam.services, mark: asked.mark, ...(ssh === undefined ? {} : { wrapper: ssh.wrapper }) }, changes),
    ],
    ...seenInside(ways, asked),
    planFile: first.planFile,
    seen: second === undefined ? first.plan.seen : { files: first.plan.seen.files ?? {} },
  };
};

/** In a user namespace, set-uid programs give nobody any rights. */
function seenInside({ account, pam, ssh, folders }: Ways, { host }: CarryAsked): Pick<Carriage, "viewer" | "viewersGuard"> {
  const viewer = viewerOf(account, host);
  if (pam.services.length > 0 || ssh === undefined) return { viewer };
  return { viewer: { ...viewer, gainsNothing: true }, viewersGuard: `${folders.ssh}/guard` };
}

interface Ways {
  readonly account: Account;
  readonly pam: PamWay;
  readonly ssh: SshdWay | undefined;
  /** For the ways' own files. */
  readonly folders: { readonly pam: string; readonly ssh: string };
  readonly leftOut: readonly string[];
}

/** Root starts it where it is; others need a copy. */
const GUARD = join(import.meta.dirname, "..", "..", "..", "kernel", "guard", "guard-x64");

function waysFor(account: Account, { host, folder, plan }: CarryAsked): Ways {
  const guard = guardProgram();
  const settings = sshdSettings(account, host);
  const own = `login-${account.name}`;
  const folders = { pam: `${folder}/${own}`, ssh: `${openFolder(folder, host)}/${own}` };
  const services: readonly Service[] = settings?.usesPam === true ? ["sshd", "login"] : ["login"];
  const beforeMotd = plan.effect.files?.["/etc/motd"] !== undefined;
  const pam = pamWay({ account, host, services, folder: folders.pam, guard: GUARD, beforeMotd });
  const isCarried = pam.services.includes("sshd") || settings === undefined;
  const isTraced = forgedByTracer(plan.effect, carriedAround()) !== undefined;
  const ssh = isCarried ? undefined : sshdWay({ account, host, settings, folder: folders.ssh, guard, isTraced });
  const noSsh = settings === undefined ? ["There is no sshd here, or it refuses its configuration."] : [];
  if (typeof ssh !== "string") return { account, pam, ssh, folders, leftOut: [...pam.leftOut, ...noSsh] };
  return { account, pam, ssh: undefined, folders, leftOut: [...pam.leftOut, `Logins by SSH stay as they are: ${ssh}.`] };
}

function foldersOf({ pam, ssh, folders }: Ways): readonly Change[] {
  const above = dirname(folders.ssh);
  const all: readonly Change[] = [
    ...(ssh === undefined || above === dirname(folders.pam) ? [] : [directory(above, 0o755)]),
    ...(ssh === undefined ? [] : [directory(folders.ssh, 0o755)]),
    ...(pam.services.length === 0 || (ssh !== undefined && folders.ssh === folders.pam) ? [] : [directory(folders.pam, 0o700)]),
  ];
  return all;
}

const directory = (path: string, mode: number): Change => ({ kind: "directory", path, mode, uid: 0, gid: 0 });

interface Carried {
  readonly changes: readonly Change[];
  readonly plan: CarriedPlan;
  readonly planFile: string;
}

function byPam(ways: Ways, { plan, mark }: CarryAsked): Carried {
  const { pam } = ways;
  const carried = planCarried({ effect: withoutTraces(plan.effect, ways), way: "here", hidden: hiddenBy(ways), mark }, carriedAround());
  return { changes: [bytesFile(pam.plan, encodePlan(carried.records), 0o600), ...pam.changes], plan: carried, planFile: pam.plan };
}

function bySshd(ways: Ways & { readonly ssh: SshdWay }, { plan, mark, host }: CarryAsked): Carried {
  const { ssh } = ways;
  const { files: all, hostName, ...others } = withoutTraces(plan.effect, ways);
  const files = all === undefined ? undefined : closedFiles(all, viewerOf(ways.account, host), hostTree(true));
  const here = carriedAround();
  const traced = forgedByTracer(plan.effect, here);
  // In a user namespace mounts are locked together.
  const around = { sleeper: here.sleeper, host: hostTree(true), hasCpuidFaulting: traced?.effect.cpuid !== undefined };
  const hidden = hiddenBy(ways);
  const carried = planCarried(
    { effect: defined({ files, hostName, ...traced?.effect }), way: "enter", hidden, mark },
    traced === undefined ? around : { ...around, tracer: ssh.tracer },
  );
  const { cpuid, vmwarePort, ...never } = others;
  const notTraced = traced === undefined ? { cpuid, vmwarePort } : "cpuid" in traced.effect ? {} : { cpuid };
  const login = planCarried({ effect: defined({ files, ...never, ...notTraced }), way: "here", hidden, mark }, around);
  return {
    changes: [
      bytesFile(ssh.plan, encodePlan([["user"], ...carried.records]), 0o644),
      ...(traced === undefined ? [] : [bytesFile(ssh.tracer, readFileSync(traced.program), 0o755)]),
      ...ssh.changes,
    ],
    plan: { ...carried, leftOut: login.leftOut, limits: login.limits },
    planFile: ssh.plan,
  };
}

/** What a tracer in front of a shell answers: the VMware port, and CPUID on processors that can be made to ask about it. */
function forgedByTracer({ cpuid, vmwarePort }: Effect, { tracer, hasCpuidFaulting }: CarriedAround): Traced | undefined {
  const effect = defined({ vmwarePort, cpuid: hasCpuidFaulting ? cpuid : undefined });
  return tracer === undefined || Object.keys(effect).length === 0 ? undefined : { effect, program: tracer };
}

interface Traced {
  readonly effect: Effect;
  readonly program: string;
}

function defined(effect: { readonly [Key in keyof Effect]: Effect[Key] | undefined }): Effect {
  return Object.fromEntries(Object.entries(effect).filter(([, value]) => value !== undefined));
}

/** Inside, PAM's stacks are as they were before us. */
function withoutTraces(effect: Effect, { pam }: Ways): Effect {
  return pam.services.length === 0 ? effect : { ...effect, files: { ...pam.originals, ...effect.files } };
}

/** Of our own what could be seen inside. */
function hiddenBy({ pam, ssh, folders }: Ways): readonly string[] {
  const ofPam = pam.services.length === 0 ? [] : pam.added;
  const ofSsh = ssh === undefined ? [] : [...ssh.added, topOf(dirname(folders.ssh))];
  return [...new Set([...ofPam, ...ofSsh, topOf(dirname(folders.pam))])];
}

function limitsOf({ name }: Account, { pam, ssh }: Ways, { plan }: CarryAsked): readonly string[] {
  const accounting = ["/var/log/wtmp", "/var/log/lastlog", "/run/utmp"].filter((path) => plan.effect.files?.[path] !== undefined);
  return [
    `Sessions of ${name} that are open already stay as they are, as do cron jobs, services of ${name}'s own, and whoever becomes ${name} by su or sudo.`,
    ...(pam.services.length > 0 ? [`Inside, ${Object.keys(pam.originals).join(" and ")} cannot be written.`] : []),
    ...(accounting.length > 0 ? [`Logins of ${name} are not written to ${accounting.join(", ")}; the system's log has them.`] : []),
    ...(ssh === undefined
      ? []
      : [
          `By SSH, sudo, su and other set-uid programs give ${name} no rights inside, and files of others seem to be nobody's.`,
          `By SSH, ~/.ssh/rc is not run, no time of the last login is told, and keys that a certificate vouches for are refused.`,
        ]),
  ];
}
