import type { Event, EventValue } from "../events/event.ts";
import { visible } from "../wire/visible.ts";

/**
 * One visit in plain words, for somebody who was not there: who came, how they tried to get in, what they did, what they left, how it ended.
 * Everything that the visitor chose is quoted and made visible. Takes the events of one session in order; any of them may be missing.
 */
export function narrate(events: readonly Event[]): readonly string[] {
  const first = events[0];
  if (first === undefined) return ["Nothing is known of this visit."];
  return [arrival(first), ...client(events), ...logins(events), ...deeds(events), ...departure(events)];
}

function arrival(event: Event): string {
  const source = event.source === undefined ? "Somebody" : event.source.address;
  const where = event.destination === undefined ? "" : ` on ${event.destination.address}, port ${event.destination.port}`;
  return `${source} came to the ${event.decoy ?? "unknown"} decoy${where} at ${clock(event.time, true)}.`;
}

function client(events: readonly Event[]): readonly string[] {
  const lines: string[] = [];
  for (const { kind, fields } of events) {
    if (kind === "ssh.ident") lines.push(`The client named itself ${quote(fields["ident"])}.`);
    if (kind === "ssh.kexinit") lines.push(`Its HASSH is ${shown(fields["hassh"])}; agreed: ${agreed(fields["negotiated"])}.`);
    if (kind === "telnet.option") lines.push(`Its telnet client said ${shown(fields["option"])}: ${quote(fields["value"])}.`);
  }
  return lines;
}

/** What differs; the event has the whole list, each way apart. */
function agreed(negotiated: EventValue | undefined): string {
  const names = new Set(shown(negotiated).split(" "));
  return [...names].filter((name) => name !== "none" && name !== "implicit").join(", ") || "nothing";
}

function logins(events: readonly Event[]): readonly string[] {
  // Every client asks first what is offered (RFC 4252 §5.2): no attempt, unless it is let in by that.
  const attempts = events.filter(
    ({ kind, fields }) => kind === "auth.attempt" && (fields["method"] !== "none" || fields["accepted"] === true),
  );
  if (attempts.length === 0) return [];
  const failed = attempts.filter(({ fields }) => fields["accepted"] !== true);
  const entered = attempts.find(({ fields }) => fields["accepted"] === true);
  const tries = failed.length === 0 ? [] : [`${count(failed.length, "login")} failed: ${list(failed.map(credential))}.`];
  if (entered === undefined) return [...tries, "Nobody got in."];
  const rule = entered.fields["rule"];
  return [...tries, `Got in at ${clock(entered.time)} as ${credential(entered)}${rule === undefined ? "" : ` (rule: ${shown(rule)})`}.`];
}

function credential({ fields }: Event): string {
  if (fields["password"] !== undefined) return `${quote(fields["user"])} with password ${quote(fields["password"])}`;
  if (fields["fingerprint"] !== undefined) return `${quote(fields["user"])} with key ${shown(fields["fingerprint"])}`;
  return `${quote(fields["user"])} by ${shown(fields["method"])}`;
}

function openTerminal({ time, fields }: Event): string {
  const { command, type, columns, rows } = fields;
  if (command !== undefined) return `Ran at ${clock(time)}: ${quote(command)}.`;
  const size = columns === undefined ? [] : [`${shown(columns)}x${shown(rows)}`];
  const terminal = [...(type === undefined ? [] : [shown(type)]), ...size].join(", ");
  return `Opened a shell at ${clock(time)}${terminal === "" ? "" : ` (${terminal})`}.`;
}

const TELLERS: Partial<Record<Event["kind"], (fields: Event["fields"]) => string>> = {
  "download.request": (f) =>
    `Asked for ${quote(f["url"])} with ${shown(f["program"])}; ${f["fetched"] === true ? "it was fetched" : "nothing was fetched"}.`,
  "file.captured": (f) =>
    `Left ${quote(f["name"])} by ${shown(f["way"])}: ${shown(f["size"])} bytes${f["truncated"] === true ? ", cut" : ""}, SHA-256 ${shown(f["sha256"])}${f["duplicate"] === true ? ", known already" : ""}.`,
  "file.read": (f) => `Took ${quote(f["path"])} away by ${shown(f["way"])} (${shown(f["size"])} bytes).`,
  "tunnel.request": (f) => `Wanted a tunnel (${shown(f["way"])}) to ${quote(f["host"])}, port ${shown(f["port"])}: ${shown(f["answer"])}.`,
  "exploit.attempt": (f) => `Tried the exploit ${shown(f["name"])}.`,
  malformed: (f) => `Sent what the protocol does not allow (${shown(f["stage"])}): ${shown(f["why"])}.`,
  "limit.reached": (f) => `Used up an allowance: ${shown(f["limit"])} (${shown(f["amount"])}).`,
  "session.environment": (f) => `Set ${quote(f["name"])} to ${quote(f["value"])}.`,
};

/** What the visitor did, in the order in which it happened. */
function deeds(events: readonly Event[]): readonly string[] {
  const lines = events.flatMap((event) => {
    const { kind, fields } = event;
    if (kind === "terminal.open") return [openTerminal(event)];
    if (kind === "command.input" && fields["interactive"] === true)
      return [`  ${clock(event.time)}  ${shown(fields["directory"])}> ${shown(fields["line"])}`];
    return TELLERS[kind]?.(fields) ?? [];
  });
  const unknown = new Set(events.filter(({ kind }) => kind === "command.unknown").map(({ fields }) => quote(fields["program"])));
  return unknown.size === 0 ? lines : [...lines, `Called programs that this persona does not have: ${list([...unknown])}.`];
}

function departure(events: readonly Event[]): readonly string[] {
  const close = events.find(({ kind }) => kind === "connection.close");
  if (close === undefined) return ["The visit is not over, or its end was not seen."];
  const { fields } = close;
  // SSH's clients say that they go, and leave hanging up to the server.
  const saidGoodbye = events.some(({ kind, fields: { what } }) => kind === "protocol.note" && what === "disconnect");
  const by = saidGoodbye ? "visitor" : fields["by"];
  return [
    `It ended at ${clock(close.time)} after ${duration(Number(fields["durationMs"]))}, by the ${shown(by)}; ${shown(fields["bytesIn"])} bytes came in, ${shown(fields["bytesOut"])} went out.`,
  ];
}

function list(items: readonly string[]): string {
  const most = 12;
  return items.length <= most ? items.join(", ") : `${items.slice(0, most).join(", ")} and ${items.length - most} more`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function shown(value: EventValue | undefined): string {
  return value === undefined ? "" : visible(String(value));
}

function quote(value: EventValue | undefined): string {
  return `"${shown(value).replaceAll('"', '\\"')}"`;
}

function clock(time: string, withDate = false): string {
  const [date = "", rest = ""] = time.split("T");
  return withDate ? `${date} ${rest.slice(0, 8)} UTC` : rest.slice(0, 8);
}

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
