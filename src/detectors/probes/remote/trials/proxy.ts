import { isIPv4 } from "node:net";
import { Writer } from "../../../../wire/writer.ts";
import type { PortRecord, Run } from "../run.ts";
import type { Line } from "./line.ts";
import { onLine } from "./line.ts";
import { letters } from "./login.ts";
import { addressBytes, type Meeting, openMeeting } from "./meeting.ts";

/**
 * Honeypot Hunter's test: ask a proxy to connect back to a listener of ours. A true proxy connects, or says no; a honeypot says yes and
 * nobody comes. Nobody but ourselves is ever named as the place to go.
 *
 * Source: Krawetz, "Anti-Honeypot Technology", IEEE Security & Privacy 2(1), 2004.
 */
export interface ProxyWay {
  readonly id: "proxy.socks4" | "proxy.socks5" | "proxy.connect";
  /** What a port that is worth asking was recognised as. */
  readonly protocols: readonly string[];
  readonly usualPorts: readonly number[];
  /** Asks for the connection; undefined: no answer that makes sense. */
  readonly ask: (line: Line, meeting: Meeting, run: Run) => Promise<"granted" | "refused" | undefined>;
}

const SOCKS_PORTS = [1080, 1081, 9050, 3128, 8080, 8888];

export const proxyWays: readonly ProxyWay[] = [
  { id: "proxy.socks4", protocols: ["socks"], usualPorts: SOCKS_PORTS, ask: askSocks4 },
  { id: "proxy.socks5", protocols: ["socks"], usualPorts: SOCKS_PORTS, ask: askSocks5 },
  { id: "proxy.connect", protocols: ["http", "socks"], usualPorts: [3128, 8000, 8080, 8081, 8118, 8888, 1080], ask: askConnect },
];

const ARRIVAL_MS = 3_000;

export async function tryProxy(run: Run, record: PortRecord, way: ProxyWay): Promise<void> {
  await onLine(run, record, async (line) => {
    const meeting = await openMeeting({ address: line.localAddress, port: 0 });
    if (meeting === undefined) return run.leftOut.unsent("no listener could be opened", way.id);
    try {
      const answer = await way.ask(line, meeting, run);
      if (answer === undefined) return;
      const trial =
        answer === "refused" ? { claimed: false, seen: "refused to connect to our listener" } : await granted(run, line, meeting);
      record.trials[way.id] = trial;
    } finally {
      meeting.close();
    }
  });
}

async function granted(run: Run, line: Line, meeting: Meeting) {
  const word = letters(run, 20);
  line.say(word);
  const happened = await meeting.arrived(word, ARRIVAL_MS);
  const came = meeting.visitors() > 0 ? "somebody connected to our listener, without our word" : "nobody came to our listener";
  return { claimed: true, happened, seen: `said that the connection stands; ${happened ? "our word came back to us" : came}` };
}

/** u8 4, u8 1 (connect), u16 port, 4 bytes address, user, NUL; the answer is 8 bytes, the second 0x5a for yes (SOCKS 4). */
async function askSocks4(line: Line, { address, port }: Meeting): ReturnType<ProxyWay["ask"]> {
  if (!isIPv4(address)) return undefined;
  line.say(new Writer().u8(4).u8(1).u16(port).bytes(addressBytes(address)).u8(0).finish());
  const answer = await line.hear((bytes) => bytes.length >= 8);
  if (answer === undefined || answer[0] !== 0 || ![0x5a, 0x5b, 0x5c, 0x5d].includes(answer[1] ?? 0)) return undefined;
  return answer[1] === 0x5a ? "granted" : "refused";
}

/**
 * Ways to log in: u8 5, u8 count, ways; the answer u8 5, u8 way. The request: u8 5, u8 1 (connect), u8 0, u8 kind of address (1, 4), the
 * address, u16 port; the answer begins u8 5, u8 0 for yes (RFC 1928 §3, §4, §6).
 */
async function askSocks5(line: Line, { address, port }: Meeting, run: Run): ReturnType<ProxyWay["ask"]> {
  line.say(Uint8Array.of(5, 2, 0, 2));
  const way = await line.hear((bytes) => bytes.length >= 2);
  if (way?.[0] !== 5) return undefined;
  if (way[1] === 2 && !(await logIn(line, run))) return "refused";
  if (way[1] !== 0 && way[1] !== 2) return way[1] === 0xff ? "refused" : undefined;
  const place = addressBytes(address);
  const request = new Writer()
    .u8(5)
    .u8(1)
    .u8(0)
    .u8(place.length === 4 ? 1 : 4);
  line.say(request.bytes(place).u16(port).finish());
  const answer = await line.hear((bytes) => bytes.length >= 2);
  if (answer?.[0] !== 5) return undefined;
  return answer[1] === 0 ? "granted" : "refused";
}

/** u8 1, u8 length + name, u8 length + password; the answer's second byte is 0 for yes (RFC 1929 §2). */
async function logIn(line: Line, run: Run): Promise<boolean> {
  line.say(new Writer().u8(1).u8(10).bytes(letters(run, 10)).u8(12).bytes(letters(run, 12)).finish());
  const answer = await line.hear((bytes) => bytes.length >= 2);
  return answer?.[1] === 0;
}

/** RFC 9110 §9.3.6. */
async function askConnect(line: Line, { address, port }: Meeting): ReturnType<ProxyWay["ask"]> {
  const place = isIPv4(address) ? `${address}:${port}` : `[${address}]:${port}`;
  const answer = await line.ask(`CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\n`, /^HTTP\/1\.\d \d{3}[\s\S]*?\r?\n\r?\n/);
  const status = answer === undefined ? undefined : /^HTTP\/1\.\d (\d)/.exec(answer)?.[1];
  return status === undefined ? undefined : status === "2" ? "granted" : "refused";
}
