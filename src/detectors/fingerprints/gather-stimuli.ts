import { hear, type Step, type Stimulus, say } from "../stimuli/stimulus.ts";
import type { Entry, SharedStimulus } from "./fingerprint-shape.ts";
import type { StepPart } from "./part-shape.ts";

/** A connection on which nothing is said: every detection has it. */
export const NOTHING = "null";

/** Everything that fingerprints ask, each sequence of bytes once, however many entries need it. */
export class StimulusBook {
  readonly #shared: ReadonlyMap<string, SharedStimulus>;
  readonly #byBytes = new Map<string, Stimulus>();

  constructor(shared: readonly SharedStimulus[]) {
    this.#shared = new Map(shared.map((one) => [one.id, one]));
  }

  get names(): readonly string[] {
    return [...this.#shared.keys()];
  }

  get stimuli(): readonly Stimulus[] {
    return [...this.#byBytes.values()];
  }

  /** The id of what an entry asks; undefined: it asks nothing. */
  idFor(entry: Entry): string | undefined {
    if (entry.stimulus === "nothing") return NOTHING;
    const asked = this.#asked(entry);
    if (asked === undefined) return undefined;
    const key = `${asked.transport} ${asked.steps.map((step) => (step === "hear" ? "-" : Buffer.from(step).toString("hex"))).join(" ")}`;
    const before = this.#byBytes.get(key);
    const stimulus = before === undefined ? made(asked, entry) : { ...before, ports: union(before.ports, entry.ports) };
    this.#byBytes.set(key, stimulus);
    return stimulus.id;
  }

  #asked(entry: Entry): Asked | undefined {
    if (entry.stimulus !== undefined) return this.#shared.get(entry.stimulus);
    const { id, protocol, transport } = entry;
    if (entry.get !== undefined)
      return { id: `http.get${entry.get}`, protocol: "http", transport, quick: false, steps: [request(entry.get), "hear"] };
    return entry.steps === undefined ? undefined : { id, protocol, transport, quick: false, steps: entry.steps };
  }
}

type Asked = Pick<SharedStimulus, "id" | "protocol" | "transport" | "quick" | "steps">;

function made({ id, protocol, transport, quick, steps }: Asked, entry: Entry): Stimulus {
  return { id: `fingerprint.${id}`, protocol, transport, sentTo: "its-ports", ports: entry.ports, quick, steps: joined(steps).map(step) };
}

/** What is said in one breath is one step. */
function joined(steps: readonly StepPart[]): readonly StepPart[] {
  const out: StepPart[] = [];
  for (const one of steps) {
    const last = out.at(-1);
    if (one !== "hear" && last !== undefined && last !== "hear") out[out.length - 1] = Buffer.concat([last, one]);
    else out.push(one);
  }
  return out;
}

function step(part: StepPart): Step {
  return part === "hear" ? hear(4000, 400) : say(part);
}

function request(path: string): Uint8Array {
  return Buffer.from(`GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`, "latin1");
}

function union(some: readonly number[], more: readonly number[]): readonly number[] {
  return [...new Set([...some, ...more])].sort((a, b) => a - b);
}
