import { catalogue, type Kind } from "../events/catalogue.ts";
import type { Event, EventEndpoint, EventValue } from "../events/event.ts";
import { visible } from "../wire/visible.ts";

/** Fields that would fill the screen and tell a reader little; --json has them. */
const LONG: Partial<Record<Event["kind"], readonly string[]>> = {
  "ssh.kexinit": ["hasshAlgorithms", "hostKeyAlgorithms"],
  "auth.attempt": ["publicKey"],
};

/** One event as one readable line: time (UTC), kind, who, and its own fields. Safe to show on any terminal. */
export function eventLine(event: Event): string {
  const who = event.source === undefined ? "" : ` ${endpoint(event.source)}`;
  const visit = event.session === undefined ? "" : ` [${event.session.slice(-6)}]`;
  const fields = Object.entries(event.fields)
    .filter(([name]) => !LONG[event.kind]?.includes(name))
    .map(([name, value]) => `${name}=${cell(event, name, value)}`);
  return `${event.time.slice(0, 10)} ${event.time.slice(11, 23)} ${event.kind}${visit}${who}${fields.length === 0 ? "" : ` ${fields.join(" ")}`}`;
}

function cell(event: Event, name: string, value: EventValue): string {
  const kind: Kind = catalogue[event.kind];
  const text = visible(Array.isArray(value) ? value.join(", ") : String(value));
  const cut = text.length > MAX_CELL ? `${text.slice(0, MAX_CELL)}...` : text;
  return kind.fields[name]?.tainted === true || /[\s"=]/.test(cut) ? `"${cut.replaceAll('"', '\\"')}"` : cut;
}

const MAX_CELL = 160;

function endpoint({ address, port }: EventEndpoint): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
