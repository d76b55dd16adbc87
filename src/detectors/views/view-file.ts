import assert from "node:assert/strict";
import { checkShape, choice, type Problem, type Shape } from "../../shape/shape.ts";
import { done, malformed, type Parsed } from "../../wire/parsed.ts";
import { visible } from "../../wire/visible.ts";
import { exactly, fitting } from "./exact-shape.ts";
import type { Absence } from "./files.ts";
import type { LocalView } from "./local-view.ts";
import { localViewShape, type SavedLocalView } from "./local-view-shape.ts";
import { type Recorded, recordedFiles } from "./recorded-files.ts";
import type { Exchange, PacketView, PortView, RemoteView } from "./remote-view.ts";
import { remoteViewShape } from "./remote-view-shape.ts";
import { type SavedBytes, saveBytes } from "./saved-bytes.ts";

/**
 * Views as files: one JSON object, `{"format":"utsusemi-view-1","kind":"local"|"remote","view":{...}}`, bytes as text where that loses
 * nothing, else as base64. What was encoded parses to an equal view; a file that anybody wrote parses to a view or to a sentence about what
 * is wrong with it, and never throws. A local view keeps of its files exactly what was asked of them; the rest is unknown.
 */

const FORMAT = "utsusemi-view-1";

/** No longer text is parsed; what is encoded leaves out the largest files until it fits. */
export const MOST_VIEW_CHARACTERS = 64 * 1024 * 1024;

/** Room for the files, so that the rest and JSON's own marks fit too. */
const MOST_FILE_CHARACTERS = 32 * 1024 * 1024;

export type AnyView = { readonly kind: "local"; readonly view: LocalView } | { readonly kind: "remote"; readonly view: RemoteView };

/** A local view with what was asked of its files, as `takeLocalView` returns both. */
export function encodeLocalView(view: LocalView, recorded: Recorded): string {
  const { reads, lists, looks } = recorded;
  return encode("local", { ...view, files: { reads: saveReads(reads), lists, looks } });
}

export function encodeRemoteView(view: RemoteView): string {
  return encode("remote", {
    ...view,
    ports: view.ports.map(savePort),
    ...(view.packets === undefined ? {} : { packets: view.packets.map(savePacket) }),
  });
}

export function parseLocalView(text: string): Parsed<LocalView> {
  const parsed = parseView(text);
  if (parsed.status !== "done") return parsed;
  return parsed.value.kind === "local" ? done(parsed.value.view, parsed.size) : malformed("is a remote view, not a local one");
}

export function parseRemoteView(text: string): Parsed<RemoteView> {
  const parsed = parseView(text);
  if (parsed.status !== "done") return parsed;
  return parsed.value.kind === "remote" ? done(parsed.value.view, parsed.size) : malformed("is a local view, not a remote one");
}

/** Either, by what the file says it is. */
export function parseView(text: string): Parsed<AnyView> {
  if (text.length > MOST_VIEW_CHARACTERS) return malformed(`is longer than ${MOST_VIEW_CHARACTERS} characters`);
  const json = parseJson(text);
  if (json === undefined) return malformed("is not JSON");
  const { value, problems } = checkShape(envelope, json);
  if (value === undefined) return malformed(sentence(problems));
  return value.kind === "local" ? localFrom(value.view, text) : remoteFrom(value.view, text);
}

function localFrom(view: unknown, text: string): Parsed<AnyView> {
  const { value, problems } = checkShape(localViewShape, view);
  return value === undefined ? malformed(sentence(problems)) : done({ kind: "local", view: localView(value) }, text.length);
}

function remoteFrom(view: unknown, text: string): Parsed<AnyView> {
  const { value, problems } = checkShape(remoteViewShape, view);
  return value === undefined ? malformed(sentence(problems)) : done({ kind: "remote", view: value }, text.length);
}

function localView({ files, ...rest }: SavedLocalView): LocalView {
  return { ...rest, files: recordedFiles(files) };
}

interface Envelope {
  readonly format: typeof FORMAT;
  readonly kind: "local" | "remote";
  readonly view: object;
}

const envelope: Shape<Envelope> = exactly<Envelope>("a saved view", {
  format: choice("format", [FORMAT]),
  kind: choice("kind of view", ["local", "remote"]),
  view: fitting("the view", "a set of keys and values", (value): value is object => typeof value === "object" && value !== null),
});

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

const SHOWN_PROBLEMS = 5;

function sentence(problems: readonly Problem[]): string {
  const shown = problems.slice(0, SHOWN_PROBLEMS).map(({ path, why }) => visible(`${path.join(".")} ${why}`.trim().slice(0, 300)));
  const more = problems.length - shown.length;
  return `${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

function encode(kind: AnyView["kind"], view: object): string {
  return `${JSON.stringify({ format: FORMAT, kind, view }, onlyFinite)}\n`;
}

/** JSON would write null for it, and nobody could read it back. */
function onlyFinite(key: string, value: unknown): unknown {
  assert.ok(typeof value !== "number" || Number.isFinite(value), `${key} is not a finite number`);
  return value;
}

/** The smallest files first, until there is no more room; what is left out is unknown. */
function saveReads(reads: Recorded["reads"]): Readonly<Record<string, SavedBytes | Absence>> {
  const saved = Object.entries(reads).map(([path, read]) => ({ path, read: typeof read === "string" ? read : saveBytes(read) }));
  const sized = saved.map((one) => ({ ...one, size: JSON.stringify(one.read).length })).sort((a, b) => a.size - b.size);
  let room = MOST_FILE_CHARACTERS;
  const kept = sized.map(({ path, read, size }) => {
    room -= size;
    return { path, read: room >= 0 ? read : ("unknown" as const) };
  });
  return Object.fromEntries(kept.sort((a, b) => (a.path < b.path ? -1 : 1)).map(({ path, read }) => [path, read]));
}

function savePort({ exchanges, tls, ...port }: PortView): object {
  return {
    ...port,
    exchanges: exchanges.map(saveExchange),
    ...(tls === undefined ? {} : { tls: { ...tls, certificate: saveBytes(tls.certificate) } }),
  };
}

function saveExchange({ turns, ...exchange }: Exchange): object {
  return { ...exchange, turns: turns.map((turn) => ({ ...turn, bytes: saveBytes(turn.bytes) })) };
}

function savePacket({ answer, ...packet }: PacketView): object {
  return { ...packet, ...(answer === undefined ? {} : { answer: { ...answer, payload: saveBytes(answer.payload) } }) };
}
