import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Viewer } from "../../detectors/views/viewer.ts";
import { withoutVerb } from "../../disguise/overlay/plan-record.ts";
import { type Answered, type InstalledDetector, installedDetectors } from "../../disguise/verify/installed-detectors.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import { object } from "../../shape/shape.ts";
import { appliedIn } from "../apply/applied.ts";
import type { Outside } from "../apply/outside.ts";
import { VERIFY_SLICE } from "../carriers/module/module-scope.ts";
import { accountWord } from "../carriers/systemd/unit-account.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { AppliedScope, Verified, VerifyAnswer } from "./api.ts";
import { verb } from "./verb.ts";
import type { Work } from "./work.ts";

/**
 * Asks every detector that is installed, inside each scope, and compares with what was foretold when the disguise was applied. Inside a service
 * or a login means through the guard, by the very plan that those are started by, and as the account that looks there; only its background
 * processes are left out, which would outlive the question.
 */
export const verifyVerb = verb("disguise.verify", object("nothing", {}), async (_, work): Promise<VerifyAnswer> => {
  const applied = appliedIn(work.ledger, work.folder);
  if (applied === undefined) throw new OperatorError("disguise-none", "No disguise is applied to this host.");
  const here = installedDetectors.flatMap((detector) => isInstalled(detector, work.outside));
  return { story: applied.asked.story, rows: applied.scopes.flatMap((scope) => rowsOf(scope, here, work)) };
});

interface Here {
  readonly detector: InstalledDetector;
  readonly isThere: boolean;
}

/** Nothing for another version of what is there. */
function isInstalled(detector: InstalledDetector, outside: Outside): readonly Here[] {
  const [program = "", ...words] = detector.probe;
  const { status, out } = outside.run(program, words);
  if (status === 0 && detector.isVersion?.(out) === false) return [];
  return [{ detector, isThere: status === 0 }];
}

function rowsOf(scope: AppliedScope, here: readonly Here[], work: Work): readonly Verified[] {
  work.progress(`Asking ${here.filter(({ isThere }) => isThere).length} detectors in ${scope.scope}`);
  const file = join(work.folder, "plans", "verify");
  const inside = { before: insideOf(scope, file, work), ...(scope.viewer === undefined ? {} : { environment: ORDINARY }) };
  const rows = here.map(({ detector, isThere }): Verified => {
    const about = { scope: scope.scope, detector: detector.id, foretold: scope.foretold[detector.id] ?? "" };
    return isThere ? { ...about, ...asked(detector, inside, { ...about, outside: work.outside }) } : { ...about, result: "not-installed" };
  });
  rmSync(file, { force: true });
  return rows;
}

const GUARD = join(import.meta.dirname, "..", "..", "..", "kernel", "guard", "guard-x64");
const LIMIT_MS = 60_000;

/** Root's home is no place for others. */
const ORDINARY = { HOME: "/" };

interface Inside {
  /** Undefined: nothing brings a command there. */
  readonly before: readonly string[] | undefined;
  readonly environment?: Readonly<Record<string, string>>;
}

/** What stands before a command so that it runs inside; undefined: nothing brings it there. */
function insideOf(applied: AppliedScope, file: string, { port, ledger }: Work): readonly string[] | undefined {
  const { scope, planFile, viewer, viewersGuard } = applied;
  if (planFile === undefined) return scope === "host" ? [] : undefined;
  const around = inScopeOfModule(ledger);
  // Where the user starts the guard, the plan is one that the user may read, and has no processes.
  if (viewer !== undefined && viewersGuard !== undefined) return [...around, ...asViewer(viewer), viewersGuard, "enter", planFile, "--"];
  writeFileSync(file, withoutVerb(port.read(planFile), "process"), { mode: 0o600 });
  const account = viewer === undefined ? [] : ["--as", accountWord(viewer), "--keep", `${viewer.capabilities}`];
  const front = viewer?.gainsNothing === true ? ["setpriv", "--no-new-privs", "--"] : [];
  return [...around, GUARD, "enter", file, ...account, "--", ...front];
}

/** setpriv(1). */
function asViewer({ uid, gid, groups }: Viewer): readonly string[] {
  const more = groups.length === 0 ? "--clear-groups" : `--groups=${groups.join(",")}`;
  return ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, more, "--"];
}

/** What the kernel module shows depends on the cgroup of who looks. */
function inScopeOfModule({ entries }: Ledger): readonly string[] {
  const slice = `${VERIFY_SLICE}.slice`;
  const isShown = entries.some(({ change }) => change.kind === "module" && change.settings?.text.includes(`/${slice}\n`) === true);
  return isShown ? ["systemd-run", "--scope", "--quiet", "--collect", `--slice=${slice}`, "--"] : [];
}

interface Asking {
  readonly foretold: string;
  readonly outside: Outside;
}

function asked(detector: InstalledDetector, { before, environment = {} }: Inside, { foretold, outside }: Asking): Answer {
  if (before === undefined) return { result: "cannot-run", why: "nothing of this scope is shown to processes by the guard" };
  const answers = detector.commands.map((command): Answered => {
    const [program = "", ...words] = [...before, ...command];
    return outside.run(program, words, { limitMs: LIMIT_MS, environment });
  });
  const answered = detector.read(answers);
  if (answered === undefined) return { result: "cannot-run", why: complaintOf(answers) };
  return { answered, result: answered === foretold ? "equal" : "differs" };
}

type Answer = Pick<Verified, "result" | "answered" | "why">;

function complaintOf(answers: readonly Answered[]): string {
  return answers.map(({ err }) => err.trim().split("\n").at(-1) ?? "").find((line) => line !== "") ?? "it gave no answer";
}
