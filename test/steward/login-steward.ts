import { mkdirSync, readFileSync } from "node:fs";
import process from "node:process";
import type { LocalView } from "../../src/detectors/views/local-view.ts";
import { seenBy } from "../../src/detectors/views/viewer-files.ts";
import type { Effect } from "../../src/disguise/effect.ts";
import { liveView } from "../../src/disguise/live-view.ts";
import { type Plan, planStory } from "../../src/disguise/plan.ts";
import { siteOf } from "../../src/disguise/site.ts";
import { loadStory } from "../../src/disguise/stories/load-stories.ts";
import { underEffects } from "../../src/disguise/under-effects.ts";
import { OperatorError } from "../../src/errors/operator-error.ts";
import { carrierHost } from "../../src/steward/apply/carrier-host.ts";
import { carryLogin } from "../../src/steward/carriers/login.ts";
import { Ledger } from "../../src/steward/ledger/ledger.ts";
import { folderStore } from "../../src/steward/ledger/ledger-store.ts";
import { realHost } from "../../src/steward/ledger/real-host.ts";
import { type Answers, foretold } from "../disguise/story-answers.ts";

/** Run inside a login site: carries an effect or a story into a user's logins with a ledger, or undoes it. Says as JSON what came of it. */
export interface Order {
  readonly what: "carry" | "try" | "revert";
  readonly user: string;
  readonly folder: string;
  readonly effect?: Effect;
  readonly story?: string;
}

export interface Outcome {
  readonly refused?: string;
  /** Why the test login failed. */
  readonly failed?: string;
  readonly paths?: readonly string[];
  readonly leftOut?: readonly string[];
  readonly limits?: readonly string[];
  readonly conflicts?: readonly unknown[];
  /** What real tools are foretold to say in a login. */
  readonly foretold?: Answers;
}

async function obey(order: Order): Promise<Outcome> {
  mkdirSync(`${order.folder}/plans`, { recursive: true });
  const ledger = new Ledger(folderStore(`${order.folder}/ledger`), realHost());
  if (order.what === "revert") return { conflicts: ledger.revert() };
  const { plan, view } = await planOf(order);
  const carriage = carryLogin({
    scope: { kind: "user", name: order.user },
    plan,
    folder: `${order.folder}/plans`,
    mark: 123_456,
    host: carrierHost(),
  });
  const { changes, leftOut, limits, trials = [], seen, viewer } = carriage;
  const paths = changes.map((change) => ("path" in change ? change.path : change.kind));
  const isForetold = seen !== undefined && view !== undefined && viewer !== undefined;
  const told = { paths, leftOut, limits, ...(isForetold ? { foretold: foretold(seenBy(underEffects(view, [seen]), viewer)) } : {}) };
  for (const trial of trials) {
    const failed = await trial(changes);
    if (failed !== undefined) return { ...told, failed };
  }
  if (order.what === "try") return told;
  return { ...told, conflicts: changes.map((change) => ledger.apply(change)).filter((conflict) => conflict !== undefined) };
}

/** A story's plan for this host, or a plan of nothing but an effect: that one needs no look at the host. */
async function planOf({ story, effect = {} }: Order): Promise<{ readonly plan: Plan; readonly view?: LocalView }> {
  if (story === undefined) return { plan: { story: loadStory("metal"), cost: 0, budget: 0, risk: 0, shown: [], leftOut: [], effect } };
  const view = await liveView({ measures: false });
  const { plan } = planStory({ story: loadStory(story), view, site: siteOf(view, "login"), acceptRisk: true });
  if (plan === undefined) throw new Error("no plan");
  return { plan, view };
}

async function outcome(): Promise<Outcome> {
  try {
    return await obey(JSON.parse(readFileSync(0, "utf8")));
  } catch (error) {
    if (error instanceof OperatorError) return { refused: error.message };
    throw error;
  }
}

process.stdout.write(JSON.stringify(await outcome()));
