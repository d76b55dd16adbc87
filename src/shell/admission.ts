import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import type { Memory } from "../decoy/memory.ts";
import { type AdmissionOptions, isExpression } from "./admission-options.ts";
import { readSection, writeSection } from "./memory-box.ts";

/** Whether a login gets in, and by which rule of the policy. */
export interface Verdict {
  readonly accepted: boolean;
  readonly rule?: "again" | "listed" | "different passwords";
}

/**
 * Decides which passwords get in: what got in before from this source, a listed pair, or the N-th different password of a source.
 *
 * The rule that must stay true: a source that came in by guessing finds its way in again, and only by that pair or a listed one, as with a
 * real account. It keeps digests alone, 16 bytes a password, a bounded number of them.
 *
 * ```
 * section "admission": byte count of pairs that got in, their digests (16 bytes each), digests of different passwords tried (16 bytes each)
 * ```
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #memory: Memory;

  constructor(options: AdmissionOptions, memory: Memory) {
    this.#options = options;
    this.#memory = memory;
  }

  /** Judges one attempt and remembers it. */
  judge(user: Uint8Array, password: Uint8Array): Verdict {
    const past = this.#read();
    const pair = digest(Buffer.concat([Buffer.from([user.length & 0xff]), user, password]));
    if (past.admitted.some((one) => one.equals(pair))) return { accepted: true, rule: "again" };
    if (this.#isListed(user, password)) {
      this.#write({ ...past, admitted: [...past.admitted, pair] });
      return { accepted: true, rule: "listed" };
    }
    return this.#count(past, { pair, password });
  }

  #count(past: Past, attempt: { pair: Buffer; password: Uint8Array }): Verdict {
    const wanted = this.#options.differentPasswords;
    if (wanted === 0 || past.admitted.length > 0 || attempt.password.length === 0) return { accepted: false };
    const tried = digest(attempt.password);
    if (past.tried.some((one) => one.equals(tried))) return { accepted: false };
    const all = [...past.tried, tried];
    if (all.length < wanted) {
      this.#write({ admitted: past.admitted, tried: all });
      return { accepted: false };
    }
    this.#write({ admitted: [attempt.pair], tried: [] });
    return { accepted: true, rule: "different passwords" };
  }

  #isListed(user: Uint8Array, password: Uint8Array): boolean {
    // Longer input could make an operator's expression slow, and no listed pair is that long.
    if (user.length > MAX_LISTED_BYTES || password.length > MAX_LISTED_BYTES) return false;
    const userText = Buffer.from(user).toString("utf8");
    const passwordText = Buffer.from(password).toString("utf8");
    return this.#options.credentials.some((one) => fits(one.user, userText) && fits(one.password, passwordText));
  }

  #read(): Past {
    const section = Buffer.from(readSection(this.#memory, SECTION) ?? []);
    const count = section[0] ?? 0;
    const digests: Buffer[] = [];
    for (let at = 1; at + DIGEST_BYTES <= section.length; at += DIGEST_BYTES) digests.push(section.subarray(at, at + DIGEST_BYTES));
    return { admitted: digests.slice(0, count), tried: digests.slice(count) };
  }

  #write({ admitted, tried }: Past): void {
    const kept = admitted.slice(-MAX_ADMITTED);
    writeSection(this.#memory, SECTION, Buffer.concat([Buffer.from([kept.length]), ...kept, ...tried]));
  }
}

interface Past {
  readonly admitted: readonly Buffer[];
  readonly tried: readonly Buffer[];
}

const SECTION = "admission";
const MAX_LISTED_BYTES = 512;
const DIGEST_BYTES = 16;
const MAX_ADMITTED = 32;

function digest(bytes: Uint8Array): Buffer {
  return hash("sha256", bytes, "buffer").subarray(0, DIGEST_BYTES);
}

/** Exact text, `*` for any run of characters, or `/expression/`, which must fit the whole text. */
function fits(pattern: string, text: string): boolean {
  if (!pattern.includes("*") && !isExpression(pattern)) return pattern === text;
  return compiled(pattern).test(text);
}

const cache = new Map<string, RegExp>();

function compiled(pattern: string): RegExp {
  const known = cache.get(pattern);
  if (known !== undefined) return known;
  const source = isExpression(pattern) ? pattern.slice(1, -1) : pattern.split("*").map(RegExp.escape).join(".*");
  const expression = new RegExp(`^(?:${source})$`, "su");
  cache.set(pattern, expression);
  return expression;
}
