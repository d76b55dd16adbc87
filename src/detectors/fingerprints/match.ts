import { createHash } from "node:crypto";
import { heard } from "../views/exchanges.ts";
import type { Exchange, PortView, RemoteView, TlsView } from "../views/remote-view.ts";
import type { CertificateSign, Fingerprint, Offer, OfferNames, OfferSign, PortsSign } from "./fingerprint.ts";
import { hasPattern } from "./pattern.ts";
import { type HeardOffer, parseOffer } from "./ssh-offer.ts";

/**
 * Whether a fingerprint is in what was seen. Bytes and bodies count only where the entry's own stimulus was said; an SSH server's offer is
 * the same whatever was said, and is looked for in every exchange.
 */
export function matchFingerprint(entry: Fingerprint, exchange: Exchange): boolean {
  const { sign } = entry;
  if (sign.kind === "offer") return offers(sign, parseOffer(heard(exchange)));
  if (exchange.stimulus !== entry.stimulus) return false;
  if (sign.kind === "bytes") return hasPattern(sign, heard(exchange), saidIn(exchange));
  return sign.kind === "body" && bodyHash(heard(exchange)) === sign.sha256;
}

/** Whether a fingerprint is anywhere on a port. */
export function matchPort(entry: Fingerprint, port: PortView): boolean {
  if (entry.transport !== port.transport) return false;
  if (entry.sign.kind === "certificate") return port.tls !== undefined && isCertificate(entry.sign, port.tls);
  return port.exchanges.some((exchange) => matchFingerprint(entry, exchange));
}

/** Where a fingerprint is in a view: the ports, as `tcp:22`; empty: nowhere. */
export function findFingerprint(entry: Fingerprint, view: RemoteView): readonly string[] {
  if (entry.sign.kind === "ports") return similarPorts(entry.sign, view) ? ["ports"] : [];
  return view.ports.filter((port) => matchPort(entry, port)).map(({ transport, port }) => `${transport}:${port}`);
}

/** Whether the view can answer at all. */
export function wasLookedFor(entry: Fingerprint, view: RemoteView): boolean {
  const { sign } = entry;
  if (sign.kind === "ports")
    return sign.ports.filter((port) => view.ports.some((one) => one.port === port)).length >= sign.ports.length / 2;
  if (sign.kind === "certificate") return view.ports.some(({ tls }) => tls !== undefined);
  return view.ports.some(({ transport, exchanges }) => transport === entry.transport && exchanges.some((one) => couldShow(entry, one)));
}

function couldShow(entry: Fingerprint, exchange: Exchange): boolean {
  return exchange.stimulus === entry.stimulus || (entry.sign.kind === "offer" && exchange.stimulus.includes("ssh"));
}

/** All that we said in an exchange. */
export function saidIn({ turns }: Exchange): Uint8Array {
  return Buffer.concat(turns.filter(({ from }) => from === "us").map(({ bytes }) => bytes));
}

function offers({ claims, hassh, has, lacks }: OfferSign, offer: HeardOffer | undefined): boolean {
  if (offer === undefined || !offer.identification.startsWith(claims)) return false;
  if (hassh !== undefined && hassh !== offer.hassh) return false;
  return listed(has, offer).every(Boolean) && !listed(lacks, offer).some(Boolean);
}

/** For each name: whether the offer has it. A whole list is compared with the whole list. */
function listed(names: OfferNames, offer: Offer): readonly boolean[] {
  const lists: Readonly<Record<string, readonly string[]>> = {
    kex: offer.kex,
    mac: offer.mac,
    encryption: offer.encryption,
    compression: offer.compression,
    hostKeys: offer.hostKeys,
  };
  return Object.entries(names).map(([list, name]) => {
    const there = lists[list] ?? [];
    return name.includes(",") ? there.join(",") === name : there.includes(name);
  });
}

function isCertificate({ subject, serial }: CertificateSign, tls: TlsView): boolean {
  if (serial !== undefined && withoutZeros(tls.serial) !== withoutZeros(serial)) return false;
  const attributes = new Set(tls.subject.split(/,\s*(?=[A-Za-z0-9.]+=)/).map((one) => one.trim()));
  return Object.entries(subject).every(([name, value]) => attributes.has(`${name}=${value}`));
}

function withoutZeros(hex: string): string {
  return hex.toUpperCase().replace(/^0+/, "");
}

/** Share of the product's ports that are open, of those that were tried; and the host has not simply every port open. */
function similarPorts({ ports, similar }: PortsSign, view: RemoteView): boolean {
  const tried = view.ports.filter(({ port }) => ports.includes(port));
  const open = new Set(tried.filter(({ state }) => state === "open").map(({ port }) => port));
  const elsewhere = view.ports.filter(({ port }) => !ports.includes(port));
  const openElsewhere = elsewhere.filter(({ state }) => state === "open").length;
  if (openElsewhere > elsewhere.length / 2 && openElsewhere > ports.length) return false;
  return open.size >= ports.length * similar;
}

function bodyHash(answer: Uint8Array): string | undefined {
  const end = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength).indexOf("\r\n\r\n");
  return end < 0
    ? undefined
    : createHash("sha256")
        .update(answer.subarray(end + 4))
        .digest("hex");
}
