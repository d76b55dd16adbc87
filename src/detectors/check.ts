import type { Side, TraitClass } from "./classification.ts";

/**
 * One thing that gives a honeypot, or the machine below it, away: a pure function over a view. A check never throws, never waits and never
 * looks at anything but its view, so that it judges a host that does not exist yet as it judges this one.
 */
export interface Check<View> {
  /** `vm.port.version`, `kind.shell.pipe-status`, `ssh.bad-version`: lower case, dots between, never used again for something else. */
  readonly id: string;
  readonly class: TraitClass;
  readonly side: Side;
  /** What belongs together and is therefore not independent: the strongest of a family counts whole, the others a part. */
  readonly family: string;
  /** What is looked at: `I/O port 0x5658, command 10`. */
  readonly looksAt: string;
  /** Why it shows a honeypot: a sentence that no other check has. */
  readonly reason: string;
  /** How many times likelier the sign is on a honeypot than on an ordinary host: above 1. */
  readonly ratio: number;
  /** Where this is known from. */
  readonly source: string;
  readonly judge: (view: View) => Judgement;
}

/** What a check says of a view. `seen` is what was there, in few words; hostile bytes in it are made visible when printed, not before. */
export type Judgement =
  | { readonly verdict: "shown"; readonly seen: string /** Overrides the check's ratio, for graded signs. */; readonly ratio?: number }
  | { readonly verdict: "clean"; readonly seen: string }
  /** The view has no answer: not looked at, no right to look, no such port. */
  | { readonly verdict: "unknown"; readonly why: string };

/** A check with what it said. */
export interface Finding extends Omit<Check<never>, "judge"> {
  readonly judgement: Judgement;
}

export const shown = (seen: string, ratio?: number): Judgement => ({ verdict: "shown", seen, ...(ratio === undefined ? {} : { ratio }) });
export const clean = (seen: string): Judgement => ({ verdict: "clean", seen });
export const unknown = (why: string): Judgement => ({ verdict: "unknown", why });

export function judgeAll<View>(checks: readonly Check<View>[], view: View): readonly Finding[] {
  return checks.map(({ judge, ...check }) => ({ ...check, judgement: judge(view) }));
}

/** For the tests of a check: a view that shows it and one that does not. Every check has both, beside it, in `<family>.examples.ts`. */
export interface Example<View> {
  readonly shown: View;
  readonly clean: View;
}
