import { catalogue, type Kind } from "./catalogue.ts";
import { addressBytes, communityId } from "./community-id.ts";
import type { Event, EventEndpoint, EventValue } from "./event.ts";

/**
 * Maps every event to a document of the Elastic Common Schema, which SIEMs read without being taught. The rule: what ECS has a name for
 * goes there, everything else under `deception.`, named after the kind, so that no name ever has two types (an index would refuse one).
 *
 *     @timestamp, ecs.version           the event's time; the version of ECS
 *     event.id, .action, .dataset       its id, its kind, `utsusemi.` and its retention class
 *     event.kind, .category, .type      `alert` for what only an attack causes, else `event`; as the catalogue says
 *     event.outcome                     as the catalogue says, or the field `accepted`
 *     observer.*                        the sensor: not `host.*`, which would be the decoy
 *     source.*, destination.*           the visitor; the decoy, but where the kind names another destination (then the decoy is `server.*`)
 *     network.*                         transport, type, protocol (the decoy), community_id
 *     related.ip, .user, .hash, .hosts  all of these that occur anywhere in the event: what analysts pivot on
 *     fields with a name of their own   the name in the catalogue
 *     deception.session.id, .decoy      the visit, the decoy
 *     deception.<kind>.<field>          every other field
 *     deception.raw.<field>             exact bytes in base64, where the text is not exact
 */
export function toEcs(event: Event): EcsDocument {
  const kind: Kind = catalogue[event.kind];
  const document = new Document();
  document.set("@timestamp", event.time);
  document.set("ecs.version", ECS_VERSION);
  describe(document, event, kind);
  document.set("observer.name", event.sensor);
  document.set("observer.type", "honeypot");
  document.set("observer.vendor", "Utsusemi");
  document.set("observer.product", "utsusemi");
  place(document, event, kind);
  for (const [name, value] of Object.entries(event.fields)) putField(document, event, { name, value });
  for (const [name, raw] of Object.entries(event.raw ?? {})) document.set(`deception.raw.${name}`, raw);
  relate(document, event);
  return document.finish();
}

export type EcsValue = string | number | boolean | readonly string[] | EcsDocument;

export interface EcsDocument {
  readonly [name: string]: EcsValue;
}

/** The ECS name under which a field of a kind is exported. */
export function ecsName(kind: Event["kind"], field: string): string {
  const known: Kind = catalogue[kind];
  return known.fields[field]?.ecs ?? `deception.${kind}.${field}`;
}

const ECS_VERSION = "9.0.0";
const NS_PER_MS = 1_000_000;
const ALERT_CATEGORIES: readonly string[] = ["intrusion_detection", "malware", "threat"];

function describe(document: Document, event: Event, kind: Kind): void {
  const { category, type, outcome } = kind.ecs;
  document.set("event.id", event.id);
  document.set("event.kind", category.some((one) => ALERT_CATEGORIES.includes(one)) ? "alert" : "event");
  document.set("event.category", category);
  document.set("event.type", type);
  document.set("event.action", event.kind);
  document.set("event.module", "utsusemi");
  document.set("event.dataset", `utsusemi.${kind.retention}`);
  document.set("event.provider", event.sensor);
  document.set("event.outcome", outcome);
}

function place(document: Document, event: Event, kind: Kind): void {
  const { session, decoy, transport, source, destination } = event;
  document.set("deception.session.id", session);
  document.set("deception.decoy", decoy);
  document.set("network.transport", transport);
  document.set("network.protocol", decoy);
  if (source !== undefined) putEnd(document, "source", source);
  if (destination !== undefined) putEnd(document, namesDestination(kind) ? "server" : "destination", destination);
  if (source !== undefined) document.set("network.type", source.address.includes(":") ? "ipv6" : "ipv4");
  if (transport === undefined || source === undefined || destination === undefined) return;
  document.set("network.community_id", communityId(transport, source, destination));
}

function namesDestination(kind: Kind): boolean {
  return Object.values(kind.fields).some(({ ecs }) => ecs === "destination.address");
}

function putEnd(document: Document, end: string, { address, port }: EventEndpoint): void {
  document.set(`${end}.address`, address);
  if (isNumeric(address)) document.set(`${end}.ip`, address);
  document.set(`${end}.port`, port);
}

function putField(document: Document, event: Event, field: { readonly name: string; readonly value: EventValue }): void {
  const name = ecsName(event.kind, field.name);
  document.set(name, (IN_ECS_FORM[name] ?? same)(field.value));
  if (name === "destination.address" && typeof field.value === "string" && isNumeric(field.value))
    document.set("destination.ip", field.value);
}

/** Where ECS wants another form than the field has: durations in nanoseconds, outcomes in words. */
const IN_ECS_FORM: Readonly<Record<string, (value: EventValue) => EventValue>> = {
  "event.duration": (value) => (typeof value === "number" ? value * NS_PER_MS : value),
  "event.outcome": (value) => (value === true ? "success" : "failure"),
};

function same(value: EventValue): EventValue {
  return value;
}

function relate(document: Document, event: Event): void {
  const names = Object.entries(event.fields).map(([name, value]) => ({ name: ecsName(event.kind, name), value }));
  const texts = (...wanted: string[]) =>
    names.flatMap(({ name, value }) => (wanted.includes(name) && typeof value === "string" && value !== "" ? value : []));
  const targets = [...texts("destination.address"), ...texts("url.full").flatMap(hostOf)];
  const ends = [event.source, event.destination].flatMap((end) => end?.address ?? []);
  putList(document, "related.ip", [...ends, ...targets].filter(isNumeric));
  putList(
    document,
    "related.hosts",
    targets.filter((target) => !isNumeric(target)),
  );
  putList(document, "related.user", texts("user.name", "user.id"));
  putList(document, "related.hash", texts("file.hash.sha256", "ssh.client.hassh"));
}

function putList(document: Document, name: string, values: readonly string[]): void {
  if (values.length > 0) document.set(name, [...new Set(values)]);
}

function hostOf(url: string): string[] {
  const host = URL.parse(url)?.hostname.replace(/^\[(.*)\]$/, "$1");
  return host === undefined || host === "" ? [] : [host];
}

function isNumeric(address: string): boolean {
  return addressBytes(address) !== undefined;
}

/** Builds nested objects from dotted names. */
class Document {
  readonly #root: Branch = new Map();

  /** Undefined sets nothing. */
  set(name: string, value: EventValue | undefined): void {
    if (value === undefined) return;
    const path = name.split(".");
    const leaf = path.pop() ?? "";
    let branch = this.#root;
    for (const step of path) {
      const next = branch.get(step);
      const inner: Branch = next instanceof Map ? next : new Map();
      branch.set(step, inner);
      branch = inner;
    }
    branch.set(leaf, value);
  }

  finish(): EcsDocument {
    return plain(this.#root);
  }
}

type Branch = Map<string, EventValue | Branch>;

function plain(branch: Branch): EcsDocument {
  return Object.fromEntries([...branch].map(([name, value]) => [name, value instanceof Map ? plain(value) : value]));
}
