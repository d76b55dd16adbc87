import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import type { RemoteView } from "../../../views/remote-view.ts";
import { type Answered, answersOf, claimedSystem, firstTtl, optionNames, synAcks } from "./packets.ts";

/**
 * Headers of raw packets: one machine has one network stack, and its banners know which. A honeypot that answers for services which it
 * forwards, or for a system that it is not, shows the seams here.
 */
type Parts = Pick<Check<RemoteView>, "id" | "looksAt" | "reason" | "ratio" | "judge"> &
  Partial<Pick<Check<RemoteView>, "class" | "family" | "source">>;

const check = (parts: Parts): Check<RemoteView> => ({
  class: "kind",
  family: "stack",
  source: "nmap -O, ipidseq; facts of TCP/IP stacks",
  side: "remote",
  ...parts,
});

export const packetChecks: readonly Check<RemoteView>[] = [
  check({
    id: "stack.ttl-by-port",
    looksAt: "TTL of the SYN-ACKs of all open ports",
    reason: "One machine starts all its packets with the same TTL; several mean that other machines or programs answer for it.",
    ratio: 5,
    judge: differing((answer) => String(answer.ttl), "TTL"),
  }),
  check({
    id: "stack.options-by-port",
    looksAt: "order of TCP options in the SYN-ACKs of all open ports",
    reason: "The order of TCP options belongs to the kernel, so ports whose options differ are not served by one kernel.",
    ratio: 8,
    judge: differing((answer) => optionNames(answer.options), "options"),
  }),
  check({
    id: "stack.window-by-port",
    looksAt: "window of the SYN-ACKs of all open ports",
    reason: "A kernel offers the same first window on all its ports unless a program sets its buffers; more than two windows are odd.",
    ratio: 2,
    judge: judgeWindows,
  }),
  check({
    id: "stack.ttl-against-banner",
    looksAt: "first TTL against the system that banners name",
    reason: "Linux starts at 64 and Windows at 128, so a banner of one with the TTL of the other is a disguise.",
    ratio: 6,
    judge: judgeTtlAgainstBanner,
  }),
  check({
    id: "stack.options-against-banner",
    looksAt: "TCP options against the system that banners name",
    reason:
      "Linux answers SACK before time stamps and scale, Windows the scale before SACK; a banner that says otherwise is not its kernel's.",
    ratio: 6,
    judge: judgeOptionsAgainstBanner,
  }),
  check({
    id: "stack.no-options",
    looksAt: "TCP options of SYN-ACKs to a SYN that offers MSS, SACK, time stamps and scale",
    reason:
      "Every system of the last decades answers at least with its MSS; none at all is how stateless responders such as LaBrea answer.",
    ratio: 20,
    judge: ofSynAcks((answer) => answer.options === "", "no options"),
  }),
  check({
    id: "stack.tiny-window",
    looksAt: "size of the window in SYN-ACKs",
    reason: "A window of a few bytes makes a visitor send in crumbs, which is what a tarpit wants and no service does.",
    ratio: 40,
    judge: ofSynAcks(({ window }) => window > 0 && window <= 16, "a window of at most 16 bytes"),
  }),
  check({
    id: "stack.zero-window",
    looksAt: "windows of zero in SYN-ACKs",
    reason: "A service that accepts a connection and forbids the first byte holds its visitor: a tarpit.",
    ratio: 40,
    judge: ofSynAcks(({ window }) => window === 0, "a window of zero"),
  }),
  check({
    id: "stack.answers-null",
    looksAt: "answer to a TCP packet without flags",
    reason: "No system opens a connection for a packet without any flag; responders that never look at flags do.",
    ratio: 25,
    judge: acceptsOdd("null"),
  }),
  check({
    id: "stack.answers-xmas",
    looksAt: "answer to a TCP packet with FIN, PSH and URG",
    reason: "A packet with FIN, PSH and URG opens nothing anywhere, except where software only pretends to be a stack.",
    ratio: 25,
    judge: acceptsOdd("xmas"),
  }),
  check({
    id: "stack.answers-fin",
    looksAt: "answer to a lone FIN",
    reason: "An end without a beginning gets a reset or silence; a SYN-ACK to it comes from a responder that says yes to all.",
    ratio: 25,
    judge: acceptsOdd("fin"),
  }),
  check({
    id: "stack.answers-syn-rst",
    looksAt: "answer to SYN with RST",
    reason: "SYN together with RST must be dropped; Honeyd's own stack is known to answer it.",
    ratio: 30,
    judge: acceptsOdd("syn-rst"),
  }),
  check({
    id: "stack.random-ports-open",
    looksAt: "SYN to random high ports that no service uses",
    reason:
      "Where every random port accepts connections, something other than services listens: portspoof, a tarpit, an all-open honeypot.",
    ratio: 60,
    judge: judgeRandomPorts,
  }),
  check({
    id: "stack.ip-id-constant",
    looksAt: "IP identification of all answers",
    reason:
      "Kernels count, draw or clear the IP identification; one value that is not zero and never changes is written down in a program.",
    ratio: 10,
    judge: judgeConstantId,
  }),
  check({
    id: "stack.ip-id-by-port",
    looksAt: "how the IP identification of SYN-ACKs behaves on each port",
    reason: "One kernel treats the IP identification alike on all ports; zero here and counting there are two stacks.",
    ratio: 5,
    judge: differing(({ ipId }) => (ipId === 0 ? "zero" : "not zero"), "IP identification"),
  }),
  check({
    id: "stack.no-df",
    looksAt: "the don't-fragment bit of SYN-ACKs under a Linux banner",
    reason: "Linux sets don't-fragment on every SYN-ACK unless told otherwise; Honeyd's stack never does.",
    ratio: 4,
    judge: judgeFragment,
  }),
  check({
    id: "stack.echo-payload",
    looksAt: "payload of the ICMP echo reply",
    reason: "An echo reply repeats its request's payload; one that does not was made by something that is no kernel.",
    ratio: 25,
    judge: judgeEchoPayload,
  }),
  check({
    id: "stack.echo-ttl",
    looksAt: "first TTL of ICMP echo replies against that of TCP",
    reason: "Linux and Windows start ping replies and TCP with the same TTL; a difference means that two systems answer for one address.",
    ratio: 4,
    judge: judgeEchoTtl,
  }),
];

function withSynAcks(judge: (answers: readonly Answered[]) => Judgement): (view: RemoteView) => Judgement {
  return (view) => {
    const answers = synAcks(view);
    if (answers === undefined) return unknown("no raw packets were read");
    return answers.length === 0 ? unknown("no port sent a SYN-ACK") : judge(answers);
  };
}

function ofSynAcks(isOdd: (answer: Answered) => boolean, what: string): (view: RemoteView) => Judgement {
  return withSynAcks((answers) => {
    const odd = answers.filter(isOdd);
    return odd.length > 0 ? shown(`${what} on ${portsOf(odd)}`) : clean(`${answers.length} SYN-ACKs, none with ${what}`);
  });
}

function differing(trait: (answer: Answered) => string, what: string): (view: RemoteView) => Judgement {
  return withSynAcks((answers) => {
    const traits = [...new Set(answers.map(trait))];
    if (answers.length < 2) return unknown("one open port only");
    if (traits.length === 1) return clean(`${what} ${traits[0]} on ${answers.length} ports`);
    return shown(
      traits
        .map((one) => `${what} ${one === "" ? "none" : one} on ${portsOf(answers.filter((answer) => trait(answer) === one))}`)
        .join("; "),
    );
  });
}

function judgeWindows(view: RemoteView): Judgement {
  return withSynAcks((answers) => {
    if (answers.length < 3) return unknown("fewer than three open ports");
    const windows = [...new Set(answers.map(({ window }) => window))];
    return windows.length > 2
      ? shown(`${windows.length} windows: ${windows.slice(0, 8).join(", ")}`)
      : clean(`windows ${windows.join(", ")}`);
  })(view);
}

function judgeTtlAgainstBanner(view: RemoteView): Judgement {
  const system = claimedSystem(view);
  if (system === undefined) return unknown("no banner names one system");
  return withSynAcks((answers) => {
    const wanted = system === "linux" ? 64 : 128;
    const odd = answers.filter(({ ttl }) => firstTtl(ttl) !== wanted);
    return odd.length > 0
      ? shown(`banner says ${system}, TTL began at ${firstTtl(odd[0]?.ttl ?? 0)}`)
      : clean(`banner says ${system}, TTL began at ${wanted}`);
  })(view);
}

const LINUX_OPTIONS = [
  "mss,sackOK,ts,nop,wscale",
  "mss,nop,nop,sackOK,nop,wscale",
  "mss,nop,nop,sackOK",
  "mss,nop,nop,ts,nop,wscale",
  "mss,nop,wscale",
  "mss,nop,nop,ts",
  "mss,sackOK,ts",
  "mss",
];
const WINDOWS_OPTIONS = [
  "mss,nop,wscale,sackOK,ts",
  "mss,nop,wscale,nop,nop,sackOK",
  "mss,nop,wscale,nop,nop,ts",
  "mss,nop,nop,sackOK",
  "mss,sackOK,ts",
  "mss,nop,wscale",
  "mss",
];

function judgeOptionsAgainstBanner(view: RemoteView): Judgement {
  const system = claimedSystem(view);
  if (system === undefined) return unknown("no banner names one system");
  return withSynAcks((answers) => {
    const usual = system === "linux" ? LINUX_OPTIONS : WINDOWS_OPTIONS;
    const odd = answers.filter(({ options }) => !usual.includes(optionNames(options)));
    return odd.length > 0
      ? shown(`banner says ${system}, options ${optionNames(odd[0]?.options ?? "") || "none"} on ${portsOf(odd)}`)
      : clean(`options as ${system} sends them`);
  })(view);
}

function acceptsOdd(kind: string): (view: RemoteView) => Judgement {
  return (view) => {
    const answers = answersOf(view, kind);
    if (answers === undefined) return unknown("no such packet was sent");
    const accepted = answers.filter(({ flags }) => flags === "SA");
    return accepted.length > 0 ? shown(`SYN-ACK from ${portsOf(accepted)}`) : clean("reset or silence");
  };
}

function judgeRandomPorts(view: RemoteView): Judgement {
  const asked = view.packets?.filter(({ stimulus }) => stimulus.startsWith("random-syn:")).length ?? 0;
  if (asked < 4) return unknown("too few random ports were tried");
  const open = (answersOf(view, "random-syn") ?? []).filter(({ flags }) => flags === "SA").length;
  return open > asked / 2 ? shown(`${open} of ${asked} random ports accept`) : clean(`${open} of ${asked} random ports accept`);
}

function judgeConstantId(view: RemoteView): Judgement {
  const ids = (view.packets ?? []).flatMap(({ answer }) => (answer === undefined ? [] : [answer.ipId]));
  if (ids.length < 5) return unknown("fewer than five answers");
  const different = new Set(ids);
  return different.size === 1 && !different.has(0)
    ? shown(`${ids[0]} in all ${ids.length} answers`)
    : clean(`${different.size} values in ${ids.length} answers`);
}

function judgeFragment(view: RemoteView): Judgement {
  if (claimedSystem(view) !== "linux") return unknown("no banner names Linux");
  return ofSynAcks(({ dontFragment }) => !dontFragment, "fragments allowed")(view);
}

function judgeEchoPayload(view: RemoteView): Judgement {
  const echo = view.packets?.find(({ stimulus }) => stimulus === "echo");
  if (echo?.answer === undefined) return unknown("no echo reply");
  const text = Buffer.from(echo.answer.payload).toString("latin1");
  return text.startsWith(ECHO_MARK) ? clean("payload came back whole") : shown(`payload ${text.slice(0, 40)}`);
}

/** What our echo requests carry first. */
export const ECHO_MARK = "utsusemi-echo";

function judgeEchoTtl(view: RemoteView): Judgement {
  const echo = view.packets?.find(({ stimulus }) => stimulus === "echo")?.answer;
  const tcp = synAcks(view)?.[0];
  if (echo === undefined || tcp === undefined) return unknown("no echo reply, or no SYN-ACK");
  const [first, other] = [firstTtl(echo.ttl), firstTtl(tcp.ttl)];
  return first === other ? clean(`both begin at ${first}`) : shown(`echo begins at ${first}, TCP at ${other}`);
}

function portsOf(answers: readonly Answered[]): string {
  const ports = answers.map(({ port }) => port);
  return `port ${ports.slice(0, 8).join(", ")}${ports.length > 8 ? ` and ${ports.length - 8} more` : ""}`;
}
