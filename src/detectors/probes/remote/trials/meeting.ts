import { createServer, isIPv4, type Server, type Socket } from "node:net";

/**
 * A place of ours where somebody is to come and say a word that was drawn: a port on an address of this host. Whoever connects is heard
 * for a few bytes, and nothing is ever sent but what `serve` says.
 */
export interface Meeting {
  readonly address: string;
  readonly port: number;
  /** Whether the word came, at once or within `maxMs`. */
  readonly arrived: (word: string, maxMs: number) => Promise<boolean>;
  /** How many came, with or without the word. */
  readonly visitors: () => number;
  readonly close: () => void;
}

export interface MeetingPlace {
  readonly address: string;
  /** 0: any. */
  readonly port: number;
  /** What is said to a visitor: at the start, and to each piece that it sends. Left out: nothing. */
  readonly serve?: (heard: string) => string;
}

const MOST_VISITORS = 32;
const MOST_BYTES = 16 * 1024;

/** Undefined: it cannot be had (no right, or somebody has it). */
export function openMeeting({ address, port, serve }: MeetingPlace): Promise<Meeting | undefined> {
  return new Promise((resolve) => {
    const said: string[] = [];
    const open = new Set<Socket>();
    const waiting = new Set<() => void>();
    const server = createServer((socket) => {
      const visitor = said.push("") - 1;
      if (visitor >= MOST_VISITORS) return socket.destroy();
      open.add(socket);
      socket.on("close", () => open.delete(socket)).on("error", () => socket.destroy());
      if (serve !== undefined) socket.write(serve(""));
      socket.on("data", (bytes: Buffer) => {
        said[visitor] = `${said[visitor] ?? ""}${bytes.toString("latin1")}`.slice(0, MOST_BYTES);
        if (serve !== undefined) socket.write(serve(bytes.toString("latin1")));
        for (const look of waiting) look();
      });
    });
    server.once("error", () => resolve(undefined));
    server.listen({ host: address, port, exclusive: true }, () => {
      server.on("error", () => server.close());
      resolve({
        address,
        port: portOf(server),
        visitors: () => said.length,
        arrived: (word, maxMs) => waitedFor(waiting, () => said.some((text) => text.includes(word)), maxMs),
        close: () => {
          server.close();
          for (const socket of open) socket.destroy();
        },
      });
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function waitedFor(waiting: Set<() => void>, isThere: () => boolean, maxMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer);
      waiting.delete(look);
      resolve(isThere());
    };
    const look = () => (isThere() ? settle() : undefined);
    const timer = setTimeout(settle, maxMs);
    waiting.add(look);
    look();
  });
}

/** The four bytes of an IPv4 address, or the sixteen of an IPv6 one. */
export function addressBytes(address: string): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split(".").map(Number));
  const [head = "", tail] = address.split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16)));
  const [left, right] = [groups(head), groups(tail ?? "")];
  const middle = tail === undefined ? [] : new Array<number>(Math.max(0, 8 - left.length - right.length)).fill(0);
  return Uint8Array.from([...left, ...middle, ...right].flatMap((group) => [group >> 8, group & 0xff]));
}
