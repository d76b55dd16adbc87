import { hear, type Step, type Stimulus, say } from "./stimulus.ts";

/** What the stimuli of one protocol have in common. */
export interface Family {
  readonly protocol: string;
  readonly ports: readonly number[];
  readonly transport?: Stimulus["transport"];
}

/** What differs from "to its ports, not in a hurry". */
export type Habits = Partial<Pick<Stimulus, "quick" | "sentTo">>;

/** Makes the stimuli of one protocol; bare bytes stand for "say this, then listen". */
export function stimulusMaker({ protocol, ports, transport = "tcp" }: Family) {
  return (id: string, steps: readonly Step[] | string | Uint8Array, { quick = false, sentTo = "its-ports" }: Habits = {}): Stimulus => ({
    id: `${protocol}.${id}`,
    protocol,
    transport,
    sentTo,
    ports,
    steps: typeof steps === "string" || steps instanceof Uint8Array ? [say(steps), answer] : steps,
    quick,
  });
}

/** Waits for an answer; a third of a second of rest after it. */
export const answer = hear(3000, 300);
/** Waits for the greeting of a server that speaks first. */
export const greeting = hear(4000, 250);

/** Bytes from hexadecimal digits, spaces between them as one likes. */
export const hex = (digits: string): Uint8Array => Buffer.from(digits.replaceAll(/\s/g, ""), "hex");

export const quick = { quick: true } as const;
export const everywhere = { quick: false, sentTo: "every-port" } as const;
export const everywhereQuick = { quick: true, sentTo: "every-port" } as const;
