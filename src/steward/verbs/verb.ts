import { OperatorError } from "../../errors/operator-error.ts";
import { checkShape, type Shape } from "../../shape/shape.ts";
import type { Work } from "./work.ts";

/** One thing that the steward does when it is asked. What it is asked with is checked before anything is done. */
export interface Verb {
  /** Such as `disguise.apply`. */
  readonly name: string;
  perform(given: unknown, work: Work): Promise<object>;
}

/** @throws OperatorError `usage` from `perform`, with every mistake in what was given. */
export function verb<Asked>(name: string, shape: Shape<Asked>, perform: (asked: Asked, work: Work) => Promise<object>): Verb {
  return {
    name,
    perform: (given, work) => {
      const { value, problems } = checkShape(shape, given);
      if (value !== undefined) return perform(value, work);
      const mistakes = problems.slice(0, MOST_MISTAKES).map(({ path, why }) => `${["arguments", ...path].join(".")} ${why}`);
      throw new OperatorError("usage", `${name}: ${mistakes.join("; ")}.`);
    },
  };
}

const MOST_MISTAKES = 5;
