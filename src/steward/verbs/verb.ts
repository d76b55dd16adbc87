import { OperatorError } from "../../errors/operator-error.ts";
import { checkShape, type Shape } from "../../shape/shape.ts";
import type { Work } from "./work.ts";

/** One thing that the steward does when it is asked. What it is asked with is checked before anything is done. */
export interface Verb {
  /** Such as `disguise.apply`. */
  readonly name: string;
  /** Whether it waits for others: of what goes through the ledger, one thing is done after the other. */
  readonly isInTurn: boolean;
  /** Whether the one account beside root may ask for it: the sensor's. What changes the host for good never is. */
  readonly isForAccount: boolean;
  perform(given: unknown, work: Work): Promise<object>;
}

/** @throws OperatorError `usage` from `perform`, with every mistake in what was given. */
export function verb<Asked>(name: string, shape: Shape<Asked>, perform: Perform<Asked>): Verb {
  return checkedVerb({ name, isForAccount: false, isInTurn: true }, shape, perform);
}

type Perform<Asked> = (asked: Asked, work: Work) => Promise<object>;

/** The same for what is not about the disguise alone: whom it waits for and who may ask is said. */
export function checkedVerb<Asked>(about: Omit<Verb, "perform">, shape: Shape<Asked>, perform: Perform<Asked>): Verb {
  const { name } = about;
  return {
    ...about,
    perform: (given, work) => {
      const { value, problems } = checkShape(shape, given);
      if (value !== undefined) return perform(value, work);
      const mistakes = problems.slice(0, MOST_MISTAKES).map(({ path, why }) => `${["arguments", ...path].join(".")} ${why}`);
      throw new OperatorError("usage", `${name}: ${mistakes.join("; ")}.`);
    },
  };
}

const MOST_MISTAKES = 5;
