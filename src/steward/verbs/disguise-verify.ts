import { join } from "node:path";
import { type Answered, type InstalledDetector, installedDetectors } from "../../disguise/verify/installed-detectors.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import { object } from "../../shape/shape.ts";
import { appliedIn } from "../apply/applied.ts";
import type { Outside } from "../apply/outside.ts";
import { VERIFY_SLICE } from "../carriers/module/module-scope.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { AppliedScope, Verified, VerifyAnswer } from "./api.ts";
import { verb } from "./verb.ts";
import type { Work } from "./work.ts";

/**
 * Asks every detector that is installed, inside each scope, and compares with what was foretold when the disguise was applied. Inside a service
 * or a login means through the guard, by the very file that those are started by.
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
  return here.map(({ detector, isThere }) => {
    const about = { scope: scope.scope, detector: detector.id, foretold: scope.foretold[detector.id] ?? "" };
    return isThere ? { ...about, ...asked(detector, scope, work) } : { ...about, result: "not-installed" };
  });
}

const GUARD = join(import.meta.dirname, "..", "..", "..", "kernel", "guard", "guard-x64");
const LIMIT_MS = 60_000;

function asked(detector: InstalledDetector, scope: AppliedScope, { outside, ledger }: Work): Pick<Verified, "result" | "answered" | "why"> {
  const inside = insideOf(scope, ledger);
  if (inside === undefined) return { result: "cannot-run", why: "nothing of this scope is shown to processes by the guard" };
  const answers = detector.commands.map((command): Answered => {
    const [program = "", ...words] = [...inside, ...command];
    return outside.run(program, words, { limitMs: LIMIT_MS });
  });
  const answered = detector.read(answers);
  if (answered === undefined) return { result: "cannot-run", why: complaintOf(answers) };
  return { answered, result: answered === scope.foretold[detector.id] ? "equal" : "differs" };
}

/** What stands before a command so that it runs inside; undefined: nothing brings it there. */
function insideOf({ scope, planFile }: AppliedScope, ledger: Ledger): readonly string[] | undefined {
  if (planFile !== undefined) return [...inScopeOfModule(ledger), GUARD, "enter", planFile, "--"];
  return scope === "host" ? [] : undefined;
}

/** What the kernel module shows depends on the cgroup of who looks. */
function inScopeOfModule({ entries }: Ledger): readonly string[] {
  const slice = `${VERIFY_SLICE}.slice`;
  const isShown = entries.some(({ change }) => change.kind === "module" && change.settings?.text.includes(`/${slice}\n`) === true);
  return isShown ? ["systemd-run", "--scope", "--quiet", "--collect", `--slice=${slice}`, "--"] : [];
}

function complaintOf(answers: readonly Answered[]): string {
  return answers.map(({ err }) => err.trim().split("\n").at(-1) ?? "").find((line) => line !== "") ?? "it gave no answer";
}
