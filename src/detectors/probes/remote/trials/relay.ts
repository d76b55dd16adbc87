import { isIPv4 } from "node:net";
import type { Trial } from "../../../views/remote-view.ts";
import type { PortRecord, Run } from "../run.ts";
import { type Line, onLine } from "./line.ts";
import { letters } from "./login.ts";
import { type Meeting, openMeeting } from "./meeting.ts";

/**
 * An open relay that only swallows: a mail is handed over whose recipient is at an address literal of ours, so that a true relay brings
 * it to our own listener, and nobody else is ever written to. Where that listener cannot be had nothing is sent: then only the answer to
 * the recipient counts.
 */
export interface RelayPlace {
  /** Where our mail server listens; relays deliver to 25. */
  readonly port: number;
  readonly arrivalMs: number;
}

const DELIVERY: RelayPlace = { port: 25, arrivalMs: 5_000 };
/** On loopback port 25 of our own address is what we are asking: we wait on a neighbouring one. */
const LOOPBACK_LISTENER = "127.25.0.25";

export async function tryRelay(run: Run, record: PortRecord, place: RelayPlace = DELIVERY): Promise<void> {
  await onLine(run, record, async (line) => {
    const address = line.localAddress.startsWith("127.") ? LOOPBACK_LISTENER : line.localAddress;
    const meeting = await openMeeting({ address, port: place.port, serve: mailServer() });
    try {
      const trial = await relayed(run, line, { meeting, address, place });
      if (trial !== undefined) record.trials["relay.smtp"] = trial;
    } finally {
      meeting?.close();
    }
  });
}

interface Delivery {
  readonly meeting: Meeting | undefined;
  readonly address: string;
  readonly place: RelayPlace;
}

const REPLY = /^(\d{3}) [^\n]*\r?\n?$/m;

async function relayed(run: Run, line: Line, delivery: Delivery): Promise<Trial | undefined> {
  const word = letters(run, 20);
  if ((await codeOf(line.hearText(REPLY))) !== "220") return undefined;
  if (!isYes(await codeOf(line.ask("HELO probe.example.invalid", REPLY)))) return undefined;
  const from = await codeOf(line.ask(`MAIL FROM:<${word}@example.invalid>`, REPLY));
  if (!isYes(from)) return from === "" ? undefined : { claimed: false, seen: `refused the sender (${from})` };
  const to = await codeOf(line.ask(`RCPT TO:<${word}@${literal(delivery)}>`, REPLY));
  if (!isYes(to)) return to === "" ? undefined : { claimed: false, seen: `refused the recipient at our address (${to})` };
  return delivered(line, word, delivery);
}

async function delivered(line: Line, word: string, delivery: Delivery): Promise<Trial> {
  const { meeting, place } = delivery;
  if (meeting === undefined) {
    await line.ask("RSET", REPLY);
    return { claimed: true, seen: "accepted a recipient elsewhere; nothing was sent, since no listener for it could be opened" };
  }
  if ((await codeOf(line.ask("DATA", REPLY))) !== "354") return { claimed: false, seen: "accepted a recipient elsewhere, but no mail" };
  const mail = `From: <${word}@example.invalid>\r\nTo: <${word}@${literal(delivery)}>\r\nSubject: ${word}\r\n\r\n${word}\r\n.`;
  const accepted = await codeOf(line.ask(mail, REPLY));
  if (!isYes(accepted)) return { claimed: false, seen: `refused the mail (${accepted || "no answer"})` };
  const happened = await meeting.arrived(word, place.arrivalMs);
  return { claimed: true, happened, seen: `accepted a mail for elsewhere; it ${happened ? "arrived there" : "did not arrive there"}` };
}

/** The code of a reply, empty when there was none. */
async function codeOf(text: Promise<string | undefined>): Promise<string> {
  return REPLY.exec((await text) ?? "")?.[1] ?? "";
}

const isYes = (code: string) => code.startsWith("2");

/** RFC 5321 §4.1.3. */
function literal({ address }: Delivery): string {
  return `[${isIPv4(address) ? "" : "IPv6:"}${address}]`;
}

/** Just enough of a mail server to be handed a mail (RFC 5321 §3): it says yes to every line, and 354 to DATA. */
function mailServer(): (heard: string) => string {
  return (heard) => {
    if (heard === "") return "220 probe.example.invalid ESMTP\r\n";
    if (/^DATA\r?$/im.test(heard)) return "354 Go ahead\r\n";
    return /^(?:EHLO|HELO|MAIL|RCPT|RSET|NOOP|QUIT)\b/i.test(heard) || /(?:^|\n)\.\r?\n$/.test(heard) ? "250 OK\r\n" : "";
  };
}
