import { catalogue, type Kind } from "../events/catalogue.ts";
import type { Event, EventEndpoint, EventValue } from "../events/event.ts";
import { visible } from "../wire/visible.ts";

/** One event as one readable line: time, kind, who, and its own fields. Safe to show on any terminal. */
export function eventLine(event: Event): string {
  const who = event.source === undefined ? "" : ` ${endpoint(event.source)}`;
  const visit = event.session === undefined ? "" : ` [${event.session.slice(-6)}]`;
  const fields = Object.entries(event.fields).map(([name, value]) => `${name}=${cell(event, name, value)}`);
  return `${event.time.slice(11, 23)} ${event.kind}${visit}${who}${fields.length === 0 ? "" : ` ${fields.join(" ")}`}`;
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
