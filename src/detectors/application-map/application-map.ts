import { recognise } from "../stimuli/recognise.ts";
import { heard } from "../views/exchanges.ts";
import type { PortView, RemoteView } from "../views/remote-view.ts";

/**
 * Which protocols each port speaks, found as THC-Amap does: every known protocol's first message is sent to every port, and each answer is
 * compared with all protocols. A real service speaks one protocol, refuses the others in it, or says nothing; what answers several is a
 * program that looks for a word and plays a record. A port that repeats its greeting has not answered.
 */
export interface PortLanguage {
  readonly port: PortView;
  /** What its greeting looks like. */
  readonly greets: readonly string[];
  /** Protocols whose own first message it answered in that protocol. */
  readonly speaks: readonly string[];
  /** Protocols in which it answered the messages of others. */
  readonly repliesIn: readonly string[];
  /** Answers without the greeting, by stimulus, whoever sent the more. */
  readonly answers: ReadonlyMap<string, Uint8Array>;
}

/** Names that are one protocol below. The transport of RDP and S7 is no language of its own. */
const SAME: Readonly<Record<string, string>> = {
  elasticsearch: "http",
  docker: "http",
  ssdp: "http",
  netbios: "smb",
  "windows-shell": "telnet",
};
const NO_LANGUAGE: ReadonlySet<string> = new Set(["tpkt", "tls", "daytime", "finger", "ident"]);

const MOST_ANSWER = 65_536;

export function languageOf(port: PortView): PortLanguage {
  const greeting = greetingOf(port);
  const answers = new Map<string, Uint8Array>();
  for (const exchange of port.exchanges.filter(({ stimulus, ended }) => !stimulus.startsWith("null") && ended !== "refused")) {
    const answer = withoutGreeting(heard(exchange).subarray(0, MOST_ANSWER), greeting);
    if (answer.length >= (answers.get(exchange.stimulus)?.length ?? 0)) answers.set(exchange.stimulus, answer);
  }
  const replies = [...answers].map(([stimulus, answer]) => ({ own: canonical(protocolOf(stimulus)), found: namesOf(answer, port.port) }));
  return {
    port,
    greets: namesOf(greeting, port.port),
    speaks: unique(replies.flatMap(({ own, found }) => (found.includes(own) ? [own] : []))),
    repliesIn: unique(replies.flatMap(({ own, found }) => found.filter((one) => one !== own))),
    answers,
  };
}

/** Every open TCP port's language. */
export function applicationMap(view: RemoteView): readonly PortLanguage[] {
  return view.ports.filter(({ state, transport }) => state === "open" && transport === "tcp").map(languageOf);
}

/** A greeting, and a protocol whose refusals look like those of the greeting's own. */
const LOOK_ALIKE: ReadonlySet<string> = new Set(["pop3 redis", "smtp ftp", "ftp smtp"]);

/** How badly what a port says fits together; zero: one service, or none that is known. */
export interface Mismatch {
  readonly kind: "several" | "greeting";
  readonly why: string;
  /** How many protocols too many. */
  readonly score: number;
}

/** A greeting may be of two protocols that look alike; it contradicts only a language that is neither. */
export function mismatches({ greets, speaks }: PortLanguage): readonly Mismatch[] {
  const meant = speaks.filter((one) => !greets.some((greeting) => LOOK_ALIKE.has(`${greeting} ${one}`)));
  const spoken = unique([...meant, ...(greets.length === 1 ? greets : [])]);
  const foreign = greets.length === 0 ? [] : meant.filter((one) => !greets.includes(one));
  return [
    ...(spoken.length >= 2 ? [{ kind: "several" as const, why: `speaks ${spoken.join(", ")}`, score: spoken.length - 1 }] : []),
    ...(foreign.length > 0
      ? [{ kind: "greeting" as const, why: `greets as ${greets.join(" or ")}, speaks ${foreign.join(", ")}`, score: foreign.length }]
      : []),
  ];
}

/** The protocol whose message a stimulus is. */
export function protocolOf(stimulus: string): string {
  return stimulus.split(".")[stimulus.startsWith("known.") ? 1 : 0] ?? "";
}

function greetingOf(port: PortView): Uint8Array {
  const greetings = port.exchanges.filter(({ stimulus }) => stimulus.startsWith("null")).map(heard);
  return greetings.reduce((longest, one) => (one.length > longest.length ? one : longest), new Uint8Array());
}

/** A greeting that varies (a salt, a time) is cut at its length when it begins alike. */
function withoutGreeting(answer: Uint8Array, greeting: Uint8Array): Uint8Array {
  if (greeting.length === 0) return answer;
  const alike = Math.min(6, greeting.length);
  for (let at = 0; at < alike; at += 1) if (answer[at] !== greeting[at]) return answer;
  return answer.subarray(Math.min(greeting.length, answer.length));
}

function namesOf(bytes: Uint8Array, port: number): readonly string[] {
  return unique(recognise(bytes, port).map(canonical)).filter((one) => !NO_LANGUAGE.has(one));
}

function canonical(protocol: string): string {
  return SAME[protocol] ?? protocol;
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
