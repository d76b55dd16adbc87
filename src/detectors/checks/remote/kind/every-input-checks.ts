import { applicationMap, languageOf, mismatches, type PortLanguage } from "../../../application-map/application-map.ts";
import { quoted } from "../../../quoted.ts";
import { recognise } from "../../../stimuli/recognise.ts";
import type { PortView } from "../../../views/remote-view.ts";
import { bytesOf, conversation, fine, greetingOf, hostCheck, type Opinion, odd, oddIf, portCheck, type RemoteCheck } from "./opinions.ts";

/** Ports seen through everything that was said to them: what answers anything, and what answers alike. */
const amap = "THC-Amap; Kitazawa and Shinoda, Fake Honeypot";

/** Answers to what no protocol can mean. */
const GARBAGE = ["random.64", "lines.two", "lines.long", "lines.help"];

const tcpOnly = (port: PortView, opinion: (language: PortLanguage) => Opinion): Opinion =>
  port.transport === "tcp" && port.exchanges.length >= 4 ? opinion(languageOf(port)) : undefined;

function sameReply(port: PortView): Opinion {
  return tcpOnly(port, ({ answers }) => {
    const said = [...answers].filter(([, answer]) => answer.length > 0);
    const own = said.filter(([stimulus]) => !GARBAGE.includes(stimulus) && stimulus !== "half-close");
    if (said.length < 4 || own.length < 2) return undefined;
    const texts = new Set(said.map(([, answer]) => Buffer.from(answer).toString("latin1")));
    const garbage = said.length > own.length;
    return oddIf(texts.size === 1 && garbage, `${texts.size} different answers to ${said.length} messages`);
  });
}

/** Bytes that look drawn: many values, no repetition, no text, nothing that any protocol begins with. */
function looksDrawn(bytes: Uint8Array): boolean {
  if (bytes.length < 24) return false;
  const values = new Set(bytes.subarray(0, 64));
  const text = bytes.subarray(0, 64).filter((byte) => byte >= 32 && byte < 127).length;
  return values.size > Math.min(bytes.length, 64) * 0.7 && text < Math.min(bytes.length, 64) * 0.7 && recognise(bytes).length === 0;
}

function randomReply(port: PortView): Opinion {
  return tcpOnly(port, ({ answers }) => {
    const said = [...answers.values()].filter((answer) => answer.length > 0);
    if (said.length < 3) return undefined;
    const drawn = said.filter(looksDrawn);
    const heads = new Set(drawn.map((one) => Buffer.from(one.subarray(0, 4)).toString("hex")));
    return oddIf(
      drawn.length >= 3 && drawn.length === said.length && heads.size === drawn.length,
      `${drawn.length} of ${said.length} answers look drawn`,
    );
  });
}

/** Protocols whose client speaks first. */
const CLIENT_FIRST: ReadonlySet<string> = new Set([
  "http",
  "smb",
  "rdp",
  "redis",
  "mongodb",
  "tds",
  "ldap",
  "msrpc",
  "pptp",
  "postgres",
  "mqtt",
  "sip",
  "rtsp",
  "s7",
  "memcached",
]);

function earlyGreeting(port: PortView): Opinion {
  if (port.transport !== "tcp" || conversation(port, "null") === undefined) return undefined;
  const greeting = bytesOf(port, "null") ?? Buffer.alloc(0);
  const names = recognise(greeting, port.port);
  // A web server that is tired of waiting says so.
  const tired = /^HTTP\/1\.[01] 40[08]/.test(Buffer.from(greeting.subarray(0, 20)).toString("latin1"));
  if (greeting.length === 0 && port.exchanges.length < 2) return undefined;
  const early = !tired && names.length > 0 && names.every((name) => CLIENT_FIRST.has(name)) && greeting.length > 4;
  return oddIf(early, early ? `${names.join(" or ")}, unasked` : "waits, or greets as it may");
}

const portChecks: readonly RemoteCheck[] = [
  portCheck({
    id: "any.same-reply",
    family: "every-input",
    looksAt: "answers of a port to everything that was said to it",
    reason: "The port gives one and the same answer to every message, the sensible ones and the senseless.",
    ratio: 20,
    source: "public detectors: uniform errors; OpenCanary Redis",
    opinion: sameReply,
  }),
  portCheck({
    id: "any.random-reply",
    family: "every-input",
    looksAt: "answers of a port to everything that was said to it",
    reason: "The port answers every message with random bytes, in the hope that an exploit takes them for success.",
    ratio: 50,
    source: "Nepenthes, Amun, Artillery",
    opinion: randomReply,
  }),
  portCheck({
    id: "any.echo",
    family: "every-input",
    looksAt: "64 bytes without meaning",
    reason: "A port that is not the echo service sends back what it is given.",
    ratio: 8,
    source: "Dionaea mirror; RFC 862",
    opinion: (port) => {
      const exchange = conversation(port, "random.64");
      const [answer, said] = [bytesOf(port, "random.64"), exchange?.turns.find(({ from }) => from === "us")?.bytes];
      if (answer === undefined || said === undefined || port.port === 7 || answer.length === 0) return undefined;
      return oddIf(Buffer.from(answer).includes(Buffer.from(said.subarray(0, 32))), `${answer.length} bytes back`);
    },
  }),
  portCheck({
    id: "any.greets-unasked",
    family: "application-map",
    looksAt: "what a port says to somebody who says nothing",
    reason: "The port answers before it is asked, in a protocol whose client speaks first.",
    ratio: 25,
    source: amap,
    opinion: earlyGreeting,
  }),
  portCheck({
    id: "map.several",
    family: "application-map",
    looksAt: "which protocols' first messages a port answers",
    reason: "One port speaks three protocols or more.",
    ratio: 25,
    source: amap,
    opinion: (port) =>
      tcpOnly(port, (language) => {
        if (language.speaks.length + language.greets.length === 0) return undefined;
        const several = mismatches(language).find(({ kind }) => kind === "several");
        return several !== undefined && several.score >= 2
          ? odd(several.why)
          : fine(`speaks ${[...language.speaks, ...language.greets].join(", ")}`);
      }),
  }),
  portCheck({
    id: "map.greeting",
    family: "application-map",
    looksAt: "a port's greeting, and the protocols that it answers",
    reason: "The port introduces itself as one service and behaves as another.",
    ratio: 15,
    source: amap,
    opinion: (port) =>
      tcpOnly(port, (language) => {
        if (language.greets.length === 0 || language.answers.size < 3) return undefined;
        const found = mismatches(language).find(({ kind }) => kind === "greeting");
        return found === undefined ? fine(`greets as ${language.greets.join(" or ")}`) : odd(found.why);
      }),
  }),
];

/** How many ports may say the same: mail, screens and shells are served on several by right. */
function tooMany(text: string, ports: number): boolean {
  return ports >= (recognise(Buffer.from(text, "latin1")).length > 0 ? 8 : 4);
}

/** Greetings that several ports share, by what is greeted with; short ones say nothing. */
function sharedGreeting(ports: readonly PortView[]): readonly [string, readonly number[]] | undefined {
  const by = new Map<string, number[]>();
  for (const port of ports) {
    const greeting = greetingOf(port);
    if (greeting !== undefined && greeting.length >= 8) by.set(greeting, [...(by.get(greeting) ?? []), port.port]);
  }
  return [...by].sort(([, a], [, b]) => b.length - a.length)[0];
}

/** The answer to bytes without meaning that most ports share; web servers share theirs by right. */
function sharedAnswer(ports: readonly PortView[]): readonly [string, readonly number[]] | undefined {
  const by = new Map<string, number[]>();
  for (const port of ports) {
    const answer = languageOf(port).answers.get("random.64");
    if (answer === undefined || answer.length === 0 || recognise(answer).includes("http") || recognise(answer).includes("tls")) continue;
    const text = Buffer.from(answer).toString("latin1");
    by.set(text, [...(by.get(text) ?? []), port.port]);
  }
  return [...by].sort(([, a], [, b]) => b.length - a.length)[0];
}

const hostChecks: readonly RemoteCheck[] = [
  hostCheck({
    id: "map.same-greeting",
    family: "many-ports",
    looksAt: "greetings of all ports",
    reason: "Many ports greet with the same words.",
    ratio: 12,
    source: "NuClide observation; portspoof, honeyd",
    opinion: ({ ports }) => {
      const [text, at] = sharedGreeting(ports.filter(({ state }) => state === "open")) ?? [];
      return text === undefined || at === undefined
        ? undefined
        : oddIf(tooMany(text, at.length), `${at.length} ports: ${quoted(text.slice(0, 40))}`);
    },
  }),
  hostCheck({
    id: "map.same-answer",
    family: "many-ports",
    looksAt: "answers of all ports to bytes without meaning",
    reason: "Ports of different services answer nonsense byte for byte alike.",
    ratio: 15,
    source: "NuClide observation",
    opinion: ({ ports }) => {
      const [text, at] = sharedAnswer(ports.filter(({ state, transport }) => state === "open" && transport === "tcp")) ?? [];
      return text === undefined || at === undefined
        ? undefined
        : oddIf(tooMany(text, at.length), `${at.length} ports: ${quoted(text.slice(0, 40))}`);
    },
  }),
  hostCheck({
    id: "map.everywhere",
    family: "many-ports",
    looksAt: "application map of the host",
    reason: "Several ports of the host speak more than one protocol each, so one program must stand behind all of them.",
    ratio: 20,
    source: amap,
    opinion: (view) => {
      const map = applicationMap(view).filter(({ speaks, greets }) => speaks.length + greets.length > 0);
      if (map.length === 0) return undefined;
      const mixed = map.filter((language) => mismatches(language).length > 0);
      return oddIf(
        mixed.length >= 3,
        `${mixed.length} of ${map.length} ports: ${mixed
          .slice(0, 4)
          .map(({ port }) => port.port)
          .join(", ")}`,
      );
    },
  }),
];

export const everyInputChecks: readonly RemoteCheck[] = [...portChecks, ...hostChecks];
