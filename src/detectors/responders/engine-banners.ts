import { type Fingerprints, loadFingerprints } from "../fingerprints/index.ts";
import { type DrawAsked, drawResponders } from "./draw.ts";
import type { SaidRow, SaidService } from "./said.ts";

/**
 * What of the sets can be said without a socket and without memory: one banner to whoever connects. A fingerprint counts as shown only if
 * its banner is all that it needs; half of one names no honeypot. Everything else is told, so that an operator knows what the sensor's
 * responders would add.
 */
export interface EngineBanners {
  readonly ports: readonly EngineBanner[];
  /** What of the sets is not shown so, each a sentence. */
  readonly leftOut: readonly string[];
}

export interface EngineBanner {
  readonly port: number;
  /** Said when somebody connects: 1 to 256 bytes. */
  readonly banner: Uint8Array;
  /** As the engine's answers end: at once, or when the visitor has said something. */
  readonly ending: "end" | "end-after-first";
  /** The fingerprint that it is. */
  readonly shows: string;
}

/** What fits beside the engine's answer (kernel/bpf/maps.h, BANNER_BYTES). */
const MOST_BYTES = 256;

/**
 * The same draw as the sensor's for the same seed, so that engine and sensor on one host never show two products on a port.
 * @throws OperatorError `responders-invalid`
 */
export function engineBanners(asked: DrawAsked, known: Fingerprints = loadFingerprints()): EngineBanners {
  const { services, leftOut } = drawResponders(asked, known);
  const made = services.map(bannerOf);
  return {
    ports: made.flatMap(({ banner }) => (banner === undefined ? [] : [banner])),
    leftOut: [...leftOut, ...made.flatMap(({ why }) => (why === undefined ? [] : [why]))],
  };
}

function bannerOf({ port, rows }: SaidService): { readonly banner?: EngineBanner; readonly why?: string } {
  const alone = rows.filter(speaksAlone);
  const row = alone.find((one) => greetingOf(one).length <= MOST_BYTES);
  if (row === undefined && alone.length > 0)
    return { why: `What is said on port ${port} is longer than ${MOST_BYTES} bytes: ${BY_SENSOR}` };
  if (row === undefined) return { why: `Port ${port} needs a conversation (${named(rows)}): ${BY_SENSOR}` };
  const others = rows.filter((one) => one !== row);
  const banner = { port, banner: greetingOf(row), ending: row.closes ? "end" : "end-after-first", shows: row.shows } as const;
  return others.length === 0 ? { banner } : { banner, why: `On port ${port} ${named(others)} need a conversation: ${BY_SENSOR}` };
}

const BY_SENSOR = "the sensor's responders show that.";

/** A greeting is all that there is. */
function speaksAlone({ greeting, answer }: SaidRow): boolean {
  return answer.length === 0 && greeting.length > 0;
}

function greetingOf({ greeting }: SaidRow): Uint8Array {
  return Buffer.concat(greeting.map(({ bytes }) => Buffer.from(bytes ?? "", "base64")));
}

const named = (rows: readonly SaidRow[]) => rows.map(({ shows }) => shows).join(", ");
