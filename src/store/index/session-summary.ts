import type { Event, EventEndpoint, EventValue } from "../../events/event.ts";

/** One visit in a row: what `sessions` lists, kept up to date event by event. Lists hold the first few; the events hold them all. */
export interface SessionSummary {
  readonly id: string;
  /** Times of the first and the last event. */
  start: string;
  end: string;
  /** Whether the visitor is gone. */
  closed: boolean;
  decoy?: string;
  transport?: string;
  source?: EventEndpoint;
  destination?: EventEndpoint;
  events: number;
  attempts: number;
  credentials: Credential[];
  commands: number;
  lines: string[];
  downloads: string[];
  files: string[];
  terminals: number[];
  bytesIn: number;
  bytesOut: number;
  /** How the client named itself, and its HASSH. */
  client?: string;
  hassh?: string;
}

export interface Credential {
  readonly user: string;
  readonly password?: string;
  readonly method: string;
  readonly accepted: boolean;
}

export function newSummary(id: string, event: Event): SessionSummary {
  return {
    id,
    start: event.time,
    end: event.time,
    closed: false,
    events: 0,
    attempts: 0,
    credentials: [],
    commands: 0,
    lines: [],
    downloads: [],
    files: [],
    terminals: [],
    bytesIn: 0,
    bytesOut: 0,
  };
}

/** Takes one event of the visit into its summary. */
export function summarise(summary: SessionSummary, event: Event): void {
  summary.events += 1;
  if (event.time < summary.start) summary.start = event.time;
  if (event.time > summary.end) summary.end = event.time;
  if (event.decoy !== undefined) summary.decoy ??= event.decoy;
  if (event.transport !== undefined) summary.transport ??= event.transport;
  if (event.source !== undefined) summary.source ??= event.source;
  if (event.destination !== undefined) summary.destination ??= event.destination;
  TAKES[event.kind]?.(summary, event.fields);
}

type Fields = Event["fields"];

const TAKES: Readonly<Partial<Record<Event["kind"], (summary: SessionSummary, fields: Fields) => void>>> = {
  "connection.close": (summary, fields) => {
    summary.closed = true;
    summary.bytesIn += numberIn(fields["bytesIn"]);
    summary.bytesOut += numberIn(fields["bytesOut"]);
  },
  "auth.attempt": (summary, fields) => {
    const { user, password, method, accepted } = fields;
    // Every client asks first what is offered (RFC 4252 §5.2): no attempt, unless it is let in by that.
    if (method === "none" && accepted !== true) return;
    summary.attempts += 1;
    const secret = password === undefined ? {} : { password: textIn(password) };
    const credential = { user: textIn(user), ...secret, method: textIn(method), accepted: accepted === true };
    // What got in is worth a place even in a full list.
    if (accepted === true && summary.credentials.length >= MAX_LIST) summary.credentials.pop();
    add(summary.credentials, credential);
  },
  "command.input": (summary, fields) => {
    summary.commands += 1;
    add(summary.lines, textIn(fields["line"]));
  },
  "download.request": (summary, fields) => add(summary.downloads, textIn(fields["url"])),
  "file.captured": (summary, fields) => {
    const sha256 = textIn(fields["sha256"]);
    if (!summary.files.includes(sha256)) add(summary.files, sha256);
  },
  "terminal.open": (summary, fields) => {
    const terminal = numberIn(fields["terminal"]);
    if (!summary.terminals.includes(terminal)) add(summary.terminals, terminal);
  },
  "ssh.ident": (summary, fields) => {
    summary.client = textIn(fields["ident"]);
  },
  "ssh.kexinit": (summary, fields) => {
    summary.hassh = textIn(fields["hassh"]);
  },
};

const MAX_LIST = 32;
const MAX_TEXT = 512;

function add<T>(list: T[], item: T): void {
  if (list.length < MAX_LIST) list.push(item);
}

function textIn(value: EventValue | undefined): string {
  return typeof value === "string" ? value.slice(0, MAX_TEXT) : "";
}

function numberIn(value: EventValue | undefined): number {
  return typeof value === "number" ? value : 0;
}
