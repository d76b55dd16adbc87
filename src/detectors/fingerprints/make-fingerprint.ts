import type { Fingerprint, Offer, OfferNames, Part, Shown, Sign } from "./fingerprint.ts";
import type { Entry, ProductFile } from "./fingerprint-shape.ts";

/** A fingerprint from how it is written. `stimulus` is the id under which exchanges have it. */
export function makeFingerprint(file: ProductFile, entry: Entry, stimulus: string | undefined): Fingerprint {
  return {
    id: entry.id,
    product: file.product,
    about: entry.about,
    versions: entry.versions,
    side: entry.side,
    protocol: entry.protocol,
    transport: entry.transport,
    ports: entry.ports,
    stimulus,
    sign: signOf(entry),
    show: entry.show,
    alsoReal: entry.alsoReal,
    because: entry.because,
    ratio: entry.ratio,
    fires: entry.fires,
    source: entry.source === "" ? file.source : `${file.source}: ${entry.source}`,
  };
}

function signOf(entry: Entry): Sign {
  if (entry.kexinit !== undefined) return offerSign(entry.kexinit);
  if (entry.certificate !== undefined) {
    const { subject = {}, serial } = entry.certificate;
    return { kind: "certificate", subject, ...(serial === undefined ? {} : { serial }) };
  }
  if (entry.openPorts !== undefined) return { kind: "ports", ...entry.openPorts };
  if (entry.bodySha256 !== undefined) return { kind: "body", sha256: entry.bodySha256 };
  if (entry.artefact !== undefined) return { kind: "artefact", ...defined(entry.artefact) };
  return bytesSign(entry, entry.bytes ?? []);
}

function bytesSign(entry: Entry, pattern: readonly Part[]): Sign {
  const { anchored, greeting, closes, lacks } = entry;
  const on = latin(entry.on ?? standardTrigger(entry));
  const answer = entry.emit ?? surrounded(pattern, entry.emitAs);
  return {
    kind: "bytes",
    pattern,
    anchored,
    holds: entry.holds.map(latin),
    lacks: lacks.map(latin),
    shown: { greeting, on, answer, closes: closes || entry.emitAs !== undefined } satisfies Shown,
  };
}

/** Unless said otherwise an answer waits for the method of HTTP, and elsewhere for anything. */
function standardTrigger({ protocol, get }: Entry): string {
  return protocol === "http" || get !== undefined ? " /" : "";
}

const text = (value: string): Part => ({ kind: "text", bytes: latin(value) });

function surrounded(pattern: readonly Part[], as: Entry["emitAs"]): readonly Part[] {
  if (as === undefined) return pattern;
  const head = "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n";
  if (as === "header") return [text(head), ...pattern, ...(endsLine(pattern) ? [] : [text("\r\n")]), text("\r\n<html></html>\n")];
  return [text(`${head}\r\n<html><body>\n`), ...pattern, text("\n</body></html>\n")];
}

function endsLine(pattern: readonly Part[]): boolean {
  const last = pattern.at(-1);
  return last?.kind === "text" && last.bytes.at(-1) === 0x0a;
}

function offerSign({ ident, claims = "", hassh, has = {}, lacks = {}, ...lists }: NonNullable<Entry["kexinit"]>): Sign {
  const shown = offer(ident, lists);
  return {
    kind: "offer",
    claims,
    has: defined(has),
    lacks: defined(lacks),
    ...(hassh === undefined ? {} : { hassh }),
    ...(shown === undefined ? {} : { shown }),
  };
}

function offer(
  identification: string | undefined,
  { kex, hostKeys, encryption, mac, compression }: OfferNames | Undefined<OfferNames>,
): Offer | undefined {
  if (identification === undefined || kex === undefined || encryption === undefined || mac === undefined) return undefined;
  return {
    identification,
    kex: names(kex),
    hostKeys: names(hostKeys ?? ""),
    encryption: names(encryption),
    mac: names(mac),
    compression: names(compression ?? "none"),
  };
}

type Undefined<T> = { readonly [K in keyof T]: T[K] | undefined };
type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** The same without the keys whose value is undefined. */
function defined<T extends object>(value: T): Defined<T>;
function defined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}

function names(list: string): readonly string[] {
  return list === "" ? [] : list.split(",");
}

function latin(value: string): Uint8Array {
  return Buffer.from(value, "latin1");
}
