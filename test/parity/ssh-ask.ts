import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { type ClientLists, TestClient } from "../../src/decoys/ssh/testclient/test-client.ts";
import { parseKexInit } from "../../src/decoys/ssh/transport/kex-init.ts";
import { message } from "../../src/decoys/ssh/transport/message.ts";

/** One kind of bad (or good) input: bytes as they are, or what a client says once it has keys. */
export type SshCase =
  | { readonly name: string; readonly bytes: Buffer }
  | { readonly name: string; readonly lists?: ClientLists; readonly say: (client: TestClient) => void };

const QUIET_MS = 1_200;

/** How a server answered, in lines that can be compared: what it sent, and whether it closed (FIN), reset (RST) or waits. */
export async function ask(port: number, one: SshCase): Promise<readonly string[]> {
  return "bytes" in one ? askPlain(port, one.bytes) : askSecured(port, one);
}

async function askPlain(port: number, bytes: Buffer): Promise<readonly string[]> {
  const heard: Buffer[] = [];
  const end = await converse(port, { first: bytes, hear: (piece) => void heard.push(piece) });
  return [...readPlain(Buffer.concat(heard)), end];
}

async function askSecured(port: number, one: Extract<SshCase, { say: unknown }>): Promise<readonly string[]> {
  const client = new TestClient((size) => randomBytes(size), one.lists);
  let said = false;
  const hear = (piece: Buffer, send: (bytes: Buffer) => void): void => {
    client.receive(piece);
    if (client.exchanges > 0 && !said) {
      said = true;
      one.say(client);
    }
    send(client.take());
  };
  const end = await converse(port, { first: client.take(), hear });
  const firstSecured = client.received.findIndex(([number]) => number === message.newKeys) + 1;
  return [...client.received.slice(firstSecured).map(describeMessage), end];
}

interface Listening {
  readonly first: Buffer;
  readonly hear: (piece: Buffer, send: (bytes: Buffer) => void) => void;
}

function converse(port: number, { first, hear }: Listening): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    const quiet = setTimeout(() => finish("waits"), QUIET_MS);
    const finish = (end: string): void => {
      clearTimeout(quiet);
      socket.destroy();
      resolve(end);
    };
    socket.on("connect", () => socket.write(first));
    socket.on("data", (piece: Buffer) => {
      quiet.refresh();
      try {
        hear(piece, (bytes) => void (bytes.length > 0 && socket.write(bytes)));
      } catch (error) {
        reject(error);
      }
    });
    socket.on("end", () => finish("FIN"));
    socket.on("error", () => finish("RST"));
  });
}

/** The identification's line end, clear text, packets in the clear; what is encrypted is only counted. */
function readPlain(bytes: Buffer): string[] {
  const lineEnd = bytes.indexOf("\n");
  const lines = [`identification ends in ${JSON.stringify(bytes.toString("latin1", lineEnd - 1, lineEnd + 1))}`];
  let encrypted = false;
  for (let at = lineEnd + 1; at < bytes.length; ) {
    const length = bytes.length - at >= 5 ? bytes.readUInt32BE(at) : 0;
    if (encrypted || length < 5 || at + 4 + length > bytes.length) {
      lines.push(encrypted ? `${bytes.length - at} encrypted bytes` : JSON.stringify(bytes.toString("latin1", at)));
      break;
    }
    const padding = bytes[at + 4] ?? 0;
    const payload = bytes.subarray(at + 5, at + 4 + length - padding);
    lines.push(`${describeMessage(payload)}, ${padding} bytes of padding`);
    encrypted = payload[0] === message.newKeys;
    at += 4 + length;
  }
  return lines;
}

/** What differs between two good servers is left out: the cookie, keys and signatures. */
function describeMessage(payload: Buffer): string {
  switch (payload[0]) {
    case message.kexInit: {
      const parsed = parseKexInit(payload);
      return `KEXINIT ${parsed.status === "done" ? JSON.stringify(parsed.value) : "malformed"}`;
    }
    case message.dhReply:
      return "KEX REPLY";
    default:
      return `${payload[0]} ${JSON.stringify(payload.toString("latin1", 1))}`;
  }
}
