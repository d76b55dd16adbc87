import {
  choice,
  flag,
  integer,
  list,
  type Of,
  object,
  optional,
  type Problem,
  record,
  type Shape,
  standard,
  text,
} from "../../shape/shape.ts";
import { partShape, STEP_ALLOWED, stepShape } from "./part-shape.ts";

/**
 * How a file of `signatures/honeypots/` is written. What may stand beside what (one sign, one stimulus, an artefact only on the host) is
 * said by `entryProblems`, since a shape knows one key at a time.
 */
const latin = (summary: string) => text(summary, { pattern: /^[\0-\xff]*$/, allowed: "text of Latin-1, a character a byte" });
const lowerId = (summary: string, pattern: RegExp) => text(summary, { pattern, allowed: "lower-case words with dots between" });
const algorithms = (summary: string) => optional(text(summary, { pattern: /^[^\s;]+$/, allowed: "names with commas between" }));
const port = integer("A port", 1, 65_535);

const ratio: Shape<number> = numberShape("How many times likelier on a honeypot", 1, 1000);

const names = {
  kex: algorithms("Key exchange"),
  hostKeys: algorithms("Host key algorithms"),
  encryption: algorithms("Encryption, server to client"),
  mac: algorithms("MAC, server to client"),
  compression: algorithms("Compression, server to client"),
};

const kexinit = object("An SSH server's offer", {
  ident: optional(latin("The identification that is shown with it")),
  claims: optional(latin("Beginning of the identification that must stand beside it")),
  hassh: optional(text("HASSH-server", { pattern: /^[0-9a-f]{32}$/, allowed: "32 hexadecimal digits" })),
  has: optional(object("What lists must have", names)),
  lacks: optional(object("What lists must not have", names)),
  ...names,
});

const certificate = object("A certificate's names", {
  subject: optional(record("Attributes of the subject", text("Its value"))),
  serial: optional(text("Its serial number", { pattern: /^(?:[0-9A-F]{2})+$/, allowed: "hexadecimal bytes, upper case" })),
});

const openPorts = object("Ports that are open together", {
  ports: list("The product's ports", port, 200),
  similar: numberShape("Share that must be open", 0.1, 1),
});

const artefact = object("Something on the host", {
  path: optional(text("A file or folder", { pattern: /^\//, allowed: "an absolute path" })),
  holds: optional(text("What the file holds")),
  command: optional(text("A command")),
  prints: optional(text("What its output has")),
  process: optional(text("The name of a running program")),
});

const parts = (summary: string) => list(summary, partShape, 100);

export const entryShape = object("A fingerprint", {
  id: lowerId("Its name", /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/),
  about: standard(text("What it is"), ""),
  versions: standard(text("Versions that show it"), "all"),
  side: standard(choice("From where it is seen", ["remote", "local"]), "remote"),
  protocol: standard(lowerId("What is spoken", /^[a-z0-9-]*$/), ""),
  transport: standard(choice("Transport", ["tcp", "udp"]), "tcp"),
  ports: standard(list("Ports of the product", port, 100), []),
  stimulus: optional(lowerId("A shared stimulus, or nothing", /^[a-z0-9.-]+$/)),
  get: optional(text("A path that HTTP is asked for", { pattern: /^\/[!-~]*$/, allowed: "a path" })),
  steps: optional(list(`What is said: ${STEP_ALLOWED}`, stepShape, 20)),
  bytes: optional(parts("The pattern")),
  anchored: standard(choice("Where the pattern stands", ["start", "whole", "anywhere"]), "start"),
  holds: standard(list("What else is in the answer", latin("Bytes")), []),
  lacks: standard(list("What is not in the answer", latin("Bytes")), []),
  greeting: standard(parts("What is shown before the visitor says anything"), []),
  on: optional(latin("What the visitor must have said before the answer is shown")),
  emit: optional(parts("What is shown, where it is more than the pattern")),
  emitAs: optional(choice("What the pattern is part of when it is shown", ["page", "header"])),
  closes: standard(flag("The connection ends after the answer"), false),
  kexinit: optional(kexinit),
  certificate: optional(certificate),
  openPorts: optional(openPorts),
  bodySha256: optional(text("Hash of an HTTP body", { pattern: /^[0-9a-f]{64}$/, allowed: "64 hexadecimal digits" })),
  artefact: optional(artefact),
  show: standard(choice("How safe it is to show", ["A", "B", "C", "H"]), "A"),
  alsoReal: choice("Whether real products show it", ["never", "sometimes"]),
  because: text("Why never, or where else"),
  ratio,
  fires: standard(list("Tools that name the product", text("A tool")), []),
  source: standard(text("Where it is known from"), ""),
});

export type Entry = Of<typeof entryShape>;

export const productShape = object("A product", {
  product: lowerId("Its name", /^[a-z0-9-]+$/),
  title: text("Its name for people"),
  about: text("What it is"),
  source: text("Where it is known from"),
  entries: list("Its fingerprints", entryShape, 500),
});

export type ProductFile = Of<typeof productShape>;

export const stimuliShape = object("Stimuli of several products", {
  stimuli: list(
    "What is said to a port",
    object("A stimulus", {
      id: lowerId("Its name", /^[a-z0-9-]+(?:\.[a-z0-9.-]+)+$/),
      protocol: lowerId("What is spoken", /^[a-z0-9-]+$/),
      transport: standard(choice("Transport", ["tcp", "udp"]), "tcp"),
      quick: standard(flag("In quick detections too"), false),
      steps: list("What is said", stepShape, 20),
    }),
    500,
  ),
});

export type SharedStimulus = Of<typeof stimuliShape>["stimuli"][number];

const SIGNS = ["bytes", "kexinit", "certificate", "openPorts", "bodySha256", "artefact"] as const;
/** What real products show too is weak by itself, whatever it is. */
const RATIOS = { never: [50, 1000], sometimes: [1.2, 5] } as const;
const ASKING = ["bytes", "kexinit", "bodySha256"] as const;
const ASKS = ["stimulus", "get", "steps"] as const;

/** What contradicts itself in a product's file, beyond what a shape can say. `known`: names of the shared stimuli. */
export function entryProblems(file: ProductFile, known: readonly string[]): readonly Problem[] {
  return file.entries.flatMap((entry, index) => {
    const found = [...nameProblems(entry, file.product), ...askProblems(entry, known)];
    return found.map(({ path, ...problem }) => ({ ...problem, path: ["entries", index, ...path] }));
  });
}

function nameProblems(entry: Entry, product: string): readonly Problem[] {
  const signs = SIGNS.filter((key) => entry[key] !== undefined);
  const [least, most] = RATIOS[entry.alsoReal];
  const problems: Problem[] = [];
  if (entry.ratio < least || entry.ratio > most)
    problems.push({ path: ["ratio"], why: `must be from ${least} to ${most} where alsoReal is ${entry.alsoReal}` });
  if (!entry.id.startsWith(`${product}.`)) problems.push({ path: ["id"], why: `must begin with ${product}.` });
  if (signs.length !== 1) problems.push({ path: ["id"], why: `must have one of ${SIGNS.join(", ")}` });
  if ((entry.side === "local") !== (entry.artefact !== undefined))
    problems.push({ path: ["side"], why: "must be local with an artefact, and only then" });
  return problems;
}

function askProblems(entry: Entry, known: readonly string[]): readonly Problem[] {
  const asks = ASKS.filter((key) => entry[key] !== undefined);
  const mustAsk = ASKING.some((key) => entry[key] !== undefined);
  const choices = [...known, "nothing"];
  if (asks.length !== (mustAsk ? 1 : 0))
    return [{ path: ["id"], why: mustAsk ? `must have one of ${ASKS.join(", ")}` : `must have none of ${ASKS.join(", ")}` }];
  const unknown = entry.stimulus !== undefined && !choices.includes(entry.stimulus);
  return unknown ? [{ path: ["stimulus"], why: "must be a shared stimulus", choices }] : [];
}

function numberShape(summary: string, min: number, max: number): Shape<number> {
  const allowed = `a number from ${min} to ${max}`;
  return {
    summary,
    allowed,
    optional: false,
    standard: undefined,
    check: (value, path, problems) => {
      if (typeof value === "number" && value >= min && value <= max) return value;
      problems.push({ path, why: `must be ${allowed}` });
      return undefined;
    },
  };
}
