import { OperatorError } from "../../errors/operator-error.ts";
import { flag, object } from "../../shape/shape.ts";
import { appliedIn } from "../apply/applied.ts";
import { leftovers, withoutLeftovers } from "../apply/audit.ts";
import type { Reload } from "../apply/carriage.ts";
import { disguised } from "../apply/processes.ts";
import { reload } from "../apply/reload.ts";
import { siteMark, siteSeed } from "../apply/site-seed.ts";
import { begin, finish } from "../apply/unfinished.ts";
import { subjectOf } from "../ledger/change.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Applied, RevertAnswer, RevertAsked } from "./api.ts";
import { startAgain } from "./start-again.ts";
import { verb } from "./verb.ts";
import type { Work } from "./work.ts";

const shape = object("how to take it back", {
  restart: flag("whether units are started again"),
  leave: flag("whether what others have changed is left and forgotten"),
});

/** Takes the disguise back: for all that begins from now on at once, for what runs under it when that ends. */
export const revertVerb = verb("disguise.revert", shape, revert);

async function revert({ restart: isRestart, leave }: RevertAsked, work: Work): Promise<RevertAnswer> {
  const { ledger, folder } = work;
  const applied = appliedIn(ledger, folder);
  const count = ledger.entries.length;
  if (count === 0 && leftovers(work).length === 0) throw new OperatorError("disguise-none", "No disguise is applied to this host.");
  const reloads = applied?.reloads ?? reloadsFor(ledger);
  work.progress(`Undoing ${count} changes`);
  begin(folder, { doing: "revert", reloads });
  const conflicts = ledger.revert();
  const undone = count - ledger.entries.length;
  const left = leave && conflicts.length > 0;
  if (left) ledger.leave();
  const failures = reloads.map((one) => reload(one, work)).filter((why) => why !== undefined);
  finish(folder);
  const restarts = applied?.restarts ?? [];
  const restarted = isRestart ? startAgain(restarts, work) : [];
  return {
    story: applied?.asked.story ?? "",
    undone,
    conflicts,
    left,
    pending: disguised(siteMark(siteSeed(folder))),
    stays: staysOf(applied),
    restarts,
    restarted,
    failures,
    leftovers: withoutLeftovers(work),
  };
}

/** Of what is left of a former revert only the paths tell whose files they are. */
function reloadsFor({ entries }: Ledger): readonly Reload[] {
  const touches = (folder: string) => entries.some(({ change }) => subjectOf(change).startsWith(`path ${folder}`));
  return [...(touches("/etc/systemd/") ? (["systemd"] as const) : []), ...(touches("/etc/ssh/") ? (["sshd"] as const) : [])];
}

/** What each mechanism leaves behind that nobody can take back. */
function staysOf(applied: Applied | undefined): readonly string[] {
  const used = new Set(applied?.traces.map(([mechanism]) => mechanism));
  return [
    "Change times of what was touched, and numbers of inodes that were made, are never the same again.",
    ...(used.has("module") || used.has("in-tree-module")
      ? ["The kernel's taint and what it wrote into its log stay until the next boot."]
      : []),
    ...(used.has("address") ? ["Neighbours remember a hardware address for minutes."] : []),
    ...(applied?.asked.scopes.some((scope) => scope === "host" || scope.startsWith("service:") || scope.startsWith("slice:")) === true
      ? ["Lines that programs wrote into logs meanwhile stay."]
      : []),
  ];
}
