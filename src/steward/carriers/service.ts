import { createHash } from "node:crypto";
import type { Effect } from "../../disguise/effect.ts";
import { encodePlan } from "../../disguise/overlay/plan-record.ts";
import { carriedAround, guardProgram } from "../../disguise/run/carried-around.ts";
import { type CarriedAround, type CarriedAsked, type CarriedPlan, planCarried } from "../../disguise/run/plan-carried.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import type { Carriage, Carrier, CarryAsked } from "../apply/carriage.ts";
import type { Change } from "../ledger/change.ts";
import { type CarriedUnit, carriedUnit } from "./systemd/carried-unit.ts";
import { closedHost } from "./systemd/closed-host.ts";
import { dropInName, dropInText } from "./systemd/drop-in.ts";
import { isInSlice, type LoadedUnit, loadedUnits } from "./systemd/loaded-units.ts";
import { sentencesOf, staysOf } from "./systemd/of-units.ts";
import { testStart } from "./systemd/test-start.ts";
import { topOf } from "./top-of.ts";

/**
 * Carries a plan into services: a drop-in for each puts the guard before its command, and the guard becomes that command. A slice stands for
 * all services in it that are loaded now.
 *
 * What must stay true: a service does with the drop-in all that it did without, with the same account and in the same sandbox. Where that is
 * not certain, the service stays as it is and that is said. Running services are never touched: they come under the disguise when somebody
 * starts them again.
 */
export const carryService: Carrier = (asked) => carryBy(asked, { around: carriedAround(), guard: guardProgram() });

export interface ServiceParts {
  readonly around: CarriedAround;
  readonly guard: Uint8Array;
}

/** With the host's files and our programs as they are given. @throws OperatorError `scope-unknown`, `disguise-unsupported` */
export function carryBy(asked: CarryAsked, parts: ServiceParts): Carriage {
  const closed = closedHost(asked.host, asked.folder);
  if (closed !== undefined) throw new OperatorError("disguise-unsupported", closed);
  const tried = unitsIn(asked).map((unit) => ({ unit, carried: carriedUnit(unit, asked) }));
  const units = tried.flatMap(({ carried }) => (typeof carried === "string" ? [] : [carried]));
  const stays = staysOf(tried.flatMap(({ unit, carried }) => (typeof carried === "string" ? [{ id: unit.id, why: carried }] : [])));
  if (units.length === 0) throw new OperatorError("disguise-unsupported", stays.join(" "));
  const dropIns = units.map((unit) => dropInOf(unit, asked));
  const planOf = plansOnce({ hidden: [...dropIns, topOf(asked.folder)], mark: asked.mark }, parts.around);
  const made = units.map((unit) => ({ unit, ...carry(unit, asked, { planOf, guard: parts.guard }) }));
  const said = (part: "leftOut" | "limits") => sentencesOf(units.map((unit) => ({ id: unit.loaded.id, sentences: unit[part] })));
  const always = [
    "Asked inside, systemctl still names the drop-ins.",
    `Without ${asked.folder} and what is in it these services cannot start: end the disguise before that is removed.`,
  ];
  return {
    changes: made.flatMap(({ changes }) => changes),
    reloads: ["systemd"],
    restarts: units.filter(({ loaded }) => loaded.isActive).map(({ loaded }) => loaded.id),
    leftOut: [...new Set([...stays, ...said("leftOut"), ...made.flatMap(({ plan }) => plan.leftOut)])],
    limits: [...new Set([...said("limits"), ...made.flatMap(({ plan }) => plan.limits), ...always])],
    seen: seenByAll(made.map(({ plan }) => plan.seen)),
    // One for all: they differ in what can be told from their units alone.
    trials: made
      .slice(0, 1)
      .map(({ unit, guardFile, planFile }) => testStart({ ...asked, ...unit, id: unit.loaded.id, guardFile, planFile })),
    ...(made[0] === undefined ? {} : { planFile: made[0].planFile }),
    ...(made[0]?.unit.viewer === undefined ? {} : { viewer: made[0].unit.viewer }),
  };
}

function unitsIn({ scope, host }: CarryAsked): readonly LoadedUnit[] {
  if (scope.kind !== "service" && scope.kind !== "slice") throw new Error(`${scope.kind} is no scope of services`);
  const units =
    scope.kind === "service"
      ? loadedUnits(`${scope.name}.service`, host)
      : loadedUnits("*.service", host).filter(({ slice }) => isInSlice(slice, scope.name));
  if (units.length > 0) return units;
  const what = scope.kind === "service" ? `There is no service ${scope.name}` : `No service is loaded in ${scope.name}.slice`;
  throw new OperatorError("scope-unknown", `${what} that systemd knows.`, { next: "`systemctl list-units --type=service` shows them." });
}

interface Made {
  readonly changes: readonly Change[];
  readonly plan: CarriedPlan;
  readonly planFile: string;
  readonly guardFile: string;
}

const UNITS = "/etc/systemd/system";

function dropInOf({ loaded: { id, dropIns } }: CarriedUnit, { host }: CarryAsked): string {
  const directory = `${UNITS}/${id}.d`;
  return `${directory}/${dropInName([...dropIns, ...host.list(directory)])}`;
}

/** Units differ only in which parts of the effect they can show, so that those with the same parts have the same plan. */
function plansOnce(own: Pick<CarriedAsked, "hidden" | "mark">, around: CarriedAround): (effect: Effect) => CarriedPlan {
  const made = new Map<string, CarriedPlan>();
  return (effect) => {
    const parts = Object.keys(effect).sort().join(" ");
    const plan = made.get(parts) ?? planCarried({ ...own, effect, way: "enter", isLasting: true }, around);
    made.set(parts, plan);
    return plan;
  };
}

interface CarryParts {
  readonly planOf: (effect: Effect) => CarriedPlan;
  readonly guard: Uint8Array;
}

function carry(unit: CarriedUnit, asked: CarryAsked, { planOf, guard }: CarryParts): Made {
  const { folder, host } = asked;
  const { id } = unit.loaded;
  const own = createHash("sha256").update(id).digest("hex").slice(0, 12);
  const [guardFile, planFile] = [`${folder}/service-${own}`, `${folder}/service-${own}.plan`];
  const carried = planOf(unit.effect);
  const text = dropInText({ ...unit, guard: guardFile, plan: planFile });
  const isThere = host.list(UNITS).includes(`${id}.d`);
  return {
    planFile,
    guardFile,
    plan: carried,
    changes: [
      file(guardFile, guard, 0o755),
      file(planFile, encodePlan(carried.records), 0o600),
      ...(isThere ? [] : [{ kind: "directory", path: `${UNITS}/${id}.d`, mode: 0o755, uid: 0, gid: 0 } satisfies Change]),
      file(dropInOf(unit, asked), Buffer.from(text), 0o644),
    ],
  };
}

function file(path: string, bytes: Uint8Array, mode: number): Change {
  return { kind: "file", path, contents: Buffer.from(bytes).toString("base64"), mode, uid: 0, gid: 0 };
}

/** What every one of them shows. */
function seenByAll(effects: readonly Effect[]): Effect {
  const [first = {}, ...others] = effects;
  return Object.fromEntries(Object.entries(first).filter(([part]) => others.every((other) => part in other)));
}
