import { CUT_OFF, NOT_ASKED } from "../../../battery/battery.ts";
import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import type { CommandAnswer, LocalView } from "../../../views/local-view.ts";

/** A check of one answer of the battery. A restricted or emulated shell is what it shows, unless the rule says otherwise. */
export interface AnswerRule {
  readonly id: string;
  /** Of the battery. */
  readonly command: string;
  readonly family: string;
  readonly looksAt: string;
  readonly reason: string;
  readonly ratio: number;
  readonly source?: string;
  readonly class?: Check<LocalView>["class"];
  /** What is wrong with the answer; `right`, or why nothing can be said. */
  readonly judge: (output: string, answer: CommandAnswer, view: LocalView) => AnswerJudgement;
}

export type AnswerJudgement = "right" | { readonly wrong: string } | { readonly unclear: string };

export const wrong = (what: string): AnswerJudgement => ({ wrong: what });
export const unclear = (why: string): AnswerJudgement => ({ unclear: why });

const SHOWN_CHARACTERS = 160;

export function answerCheck({ command, judge, source, class: traitClass, ...rule }: AnswerRule): Check<LocalView> {
  return {
    class: traitClass ?? "kind",
    side: "local",
    source: source ?? "POSIX.1-2017; compared on dash, bash and busybox ash",
    ...rule,
    judge: (view) => {
      const answer = Object.hasOwn(view.commands, command) ? view.commands[command] : undefined;
      if (answer === undefined) return unknown("the battery has no answer");
      if (answer.status === NOT_ASKED) return unknown("a program or file that the question needs is not there");
      if (answer.status === CUT_OFF) return unknown("the command was cut off after its time");
      return asJudgement(judge(answer.output, answer, view), answer.output);
    },
  };
}

function asJudgement(judged: AnswerJudgement, output: string): Judgement {
  if (judged === "right") return clean("as it should be");
  return "wrong" in judged ? shown(excerpt(judged.wrong === "" ? `answered ${excerpt(output)}` : judged.wrong)) : unknown(judged.unclear);
}

/** The start of an answer, for showing; made visible when printed. */
export function excerpt(output: string): string {
  return output === "" ? "nothing" : output.slice(0, SHOWN_CHARACTERS);
}

/** The answer is fixed. */
export function exactly(right: string | RegExp): AnswerRule["judge"] {
  const fits = typeof right === "string" ? (output: string) => output === right : (output: string) => right.test(output);
  return (output) => (fits(output) ? "right" : wrong(""));
}

/** The same of programs which a small system builds with fewer options: that an option is unknown is told, and says nothing. */
export function exactlyWhereKnown(right: string | RegExp): AnswerRule["judge"] {
  const judge = exactly(right);
  return (output, answer, view) => {
    const judged = judge(output, answer, view);
    const lacks = /(?:unrecognized|invalid|unknown|illegal) option|^BusyBox v\d/im.test(output);
    return judged !== "right" && lacks ? unclear("a program lacks an option") : judged;
  };
}

/** The same, where a folder from which nothing may be run (mount option noexec) explains a refusal. */
export function exactlyUnlessRefused(right: string | RegExp): AnswerRule["judge"] {
  const judge = exactly(right);
  return (output, answer, view) => {
    const judged = judge(output, answer, view);
    return judged !== "right" && /permission denied/i.test(output) ? unclear("programs may not be run where the battery works") : judged;
  };
}

/** Containers of LXC show their own /proc files through lxcfs: then tools that ask the kernel itself disagree, and rightly. */
export function sharesProc(mounts: string): boolean {
  return /^lxcfs /m.test(mounts);
}

export function linesOf(output: string): readonly string[] {
  return output.replace(/\n$/, "").split("\n");
}

/** All numbers that stand alone on a line: the exit statuses that a command echoed. */
export function statusesIn(output: string): readonly number[] {
  return linesOf(output)
    .filter((line) => /^\d{1,3}$/.test(line))
    .map(Number);
}
