import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { Envelope } from "../src/events/envelope.ts";
import type { Event } from "../src/events/event.ts";
import type { Observation } from "../src/events/observation.ts";

/**
 * Makes events as a busy sensor would: visits of twelve events, 600 bytes in the mean, spread over a span that ends now.
 * Everything is drawn from a seed, so that two runs store the same.
 */
export class EventSource {
  readonly #envelope: Envelope;
  readonly #stepNs: bigint;
  #nowNs: bigint;
  #seed = 1;
  #made = 0;
  #session = "";
  #source = { address: "", port: 0 };

  /** @param count events that the span is to hold. */
  constructor(count: number, span: { readonly days: number; readonly endMs: number }) {
    this.#nowNs = BigInt(span.endMs - span.days * DAY_MS) * 1_000_000n;
    this.#stepNs = (BigInt(span.days * DAY_MS) * 1_000_000n) / BigInt(count);
    this.#envelope = new Envelope({ now: () => this.#nowNs, random: (bytes) => this.#bytes(bytes) });
  }

  next(): Event {
    this.#nowNs += this.#stepNs;
    const turn = this.#made % VISIT.length;
    if (turn === 0) this.#newVisit();
    this.#made += 1;
    const observe = VISIT[turn] ?? VISIT[0];
    const context = {
      sensor: "edge-1",
      session: this.#session,
      decoy: "ssh",
      transport: "tcp",
      source: this.#source,
      destination: HERE,
    } as const;
    return this.#envelope.seal(observe(this), context);
  }

  /** A number below `limit`. */
  draw(limit: number): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#seed / 2 ** 32) * limit);
  }

  words(count: number): string {
    return Array.from({ length: count }, () => WORDS[Math.floor(WORDS.length * (this.draw(1_000) / 1_000) ** 2)]).join(" ");
  }

  /** Words that occur once in ten thousand events. */
  rareWord(): string {
    return this.#made % 10_000 === 5 ? ` rare${Math.floor(this.#made / 10_000)}` : "";
  }

  #newVisit(): void {
    this.#session = this.#envelope.newSessionId();
    // Some sources come often, most once.
    const far = Math.floor(60_000 * (this.draw(10_000) / 10_000) ** 3);
    this.#source = { address: `198.18.${far >> 8}.${far & 255}`, port: 1_024 + this.draw(60_000) };
  }

  #bytes(count: number): Buffer {
    const bytes = Buffer.alloc(count);
    for (let at = 0; at < count; at += 1) bytes[at] = this.draw(256);
    return bytes;
  }
}

const DAY_MS = 86_400_000;
const HERE = { address: "203.0.113.10", port: 22 };
const WORDS = Array.from({ length: 5_000 }, (_, index) =>
  createHash("sha1")
    .update(`${index}`)
    .digest("hex")
    .slice(0, 4 + (index % 7)),
);
const KEX = "curve25519-sha256,ecdh-sha2-nistp256;chacha20-poly1305@openssh.com,aes128-ctr,aes256-ctr;hmac-sha2-256,hmac-sha1;none";

const tryPassword = (source: EventSource): Observation => ({
  kind: "auth.attempt",
  fields: { method: "password", user: source.words(1), password: source.words(32), accepted: false },
});
const enter = (source: EventSource): Observation => ({
  kind: "command.input",
  fields: { line: `cd /tmp; ${source.words(42)}${source.rareWord()}`, directory: "/root", interactive: true },
});

const VISIT: readonly [(source: EventSource) => Observation, ...((source: EventSource) => Observation)[]] = [
  () => ({ kind: "session.environment", fields: { name: "LANG", value: "en_US.UTF-8" } }),
  (source) => ({ kind: "ssh.ident", fields: { ident: `SSH-2.0-libssh_0.${source.draw(12)}.${source.draw(9)} ${source.words(26)}` } }),
  (source) => ({
    kind: "ssh.kexinit",
    fields: {
      hassh: createHash("md5")
        .update(`${source.draw(200)}`)
        .digest("hex"),
      hasshAlgorithms: KEX,
      hostKeyAlgorithms: "ssh-ed25519,rsa-sha2-512",
      negotiated: KEX,
    },
  }),
  tryPassword,
  tryPassword,
  (source) => ({ kind: "terminal.open", fields: { terminal: 0, type: "xterm", columns: 80, rows: 24, command: source.words(30) } }),
  enter,
  enter,
  enter,
  (source) => ({
    kind: "download.request",
    fields: { url: `http://198.18.0.${source.draw(255)}/${source.words(32)}`, program: "wget", fetched: false },
  }),
  (source) => ({ kind: "malformed", fields: { why: "unknown message", stage: "channel", bytes: source.words(32) } }),
  () => ({ kind: "terminal.close", fields: { terminal: 0, status: 0 } }),
];
