import type { Problem, Shape } from "../shape/shape.ts";
import { derive } from "./chance.ts";
import { type Contradiction, factsOf, type Rule } from "./contradictions/rule.ts";
import { rules } from "./contradictions/rules.ts";
import { loadProfile, type Profile } from "./profile.ts";
import type { ProfileProblem } from "./profile-file.ts";
import { trySettle } from "./settle.ts";
import { checkSources } from "./sources.ts";

/**
 * Whether a profile can be trusted to hold its story: its form, the decoys' parts, how its values are known, and whether what is
 * drawn from it agrees with itself. Several made-up sites are drawn, since a contradiction may show in one of them only.
 */
export interface Checking {
  /** Each decoy's `persona` shape, by the decoy's name. */
  readonly shapes: Readonly<Record<string, Shape<unknown>>>;
  /** Now, Unix milliseconds. */
  readonly wallMs: number;
  /** How many made-up sites are drawn. */
  readonly sites?: number;
}

/** Checks a profile by its name, or by the path of its folder or persona.yaml; the problems, none when it is sound. */
export function checkProfile(nameOrPath: string, checking: Checking): readonly ProfileProblem[] {
  const loaded = loadProfile(nameOrPath);
  if ("problems" in loaded) return loaded.problems;
  const { profile } = loaded;
  const problems = [
    ...checkSources(profile),
    ...checkServices(profile, checking),
    ...checkAllowances(profile),
    ...checkSites(profile, checking),
  ];
  return once(problems).map(profile.file.locate);
}

function checkServices(profile: Profile, { shapes }: Checking): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [name, part] of Object.entries(profile.source.services)) {
    const shape = shapes[name];
    if (shape === undefined) problems.push({ path: ["services", name], why: "is no decoy", choices: Object.keys(shapes) });
    else shape.check(part, ["services", name], problems);
  }
  return problems;
}

function checkAllowances({ source }: Profile): readonly Problem[] {
  const names = rules.map(({ name }) => name);
  return Object.keys(source.allows)
    .filter((name) => !names.includes(name))
    .map((name) => ({ path: ["allows", name], why: "is not a known key: no rule has this name", choices: names }));
}

/** Draws sites until one shows problems; an allowance that no site needed is a problem too. */
function checkSites(profile: Profile, { wallMs, sites = 6 }: Checking): readonly Problem[] {
  const needed = new Set<string>();
  for (let site = 0; site < sites; site++) {
    const settled = trySettle(profile, {
      seed: derive(Buffer.from("made-up site"), String(site)),
      wallMs: wallMs - site * 11 * 86_400_000,
    });
    if (settled.persona === undefined) return settled.problems;
    const facts = factsOf(settled.persona, settled.entries);
    const found = rules.flatMap((rule) => rule.find(facts).map((contradiction) => ({ rule, contradiction })));
    for (const { rule } of found) needed.add(rule.name);
    const problems = found.filter(({ rule }) => !Object.hasOwn(profile.source.allows, rule.name)).map(problemOf);
    if (problems.length > 0) return problems;
  }
  const unneeded = Object.keys(profile.source.allows).filter((name) => !needed.has(name) && rules.some((rule) => rule.name === name));
  return unneeded.map((name) => ({ path: ["allows", name], why: "is not needed: nothing here breaks this rule" }));
}

function problemOf({ rule, contradiction }: { rule: Rule; contradiction: Contradiction }): Problem {
  return { path: contradiction.path, why: `${contradiction.why} (rule ${rule.name}: ${rule.holds})` };
}

function once(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ path, why }) => {
    const key = `${path.join(".")} ${why}`;
    return seen.has(key) ? false : seen.add(key);
  });
}
