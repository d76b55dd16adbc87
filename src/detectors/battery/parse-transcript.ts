import { done, malformed, type Parsed } from "../../wire/parsed.ts";
import type { Absence } from "../views/files.ts";
import type { CommandAnswer, LocalView, Uname } from "../views/local-view.ts";
import { recordedFiles } from "../views/recorded-files.ts";
import { CUT_OFF } from "./battery.ts";

/**
 * A transcript (see `encodeScript`) back into what a local view holds. The host that printed it may be a honeypot or lie for other reasons:
 * whatever is not of the known form is left out, lengths and counts are bounded, and what a transcript does not say stays unknown.
 */
export interface Transcript extends Pick<LocalView, "files" | "commands" | "uname" | "uid" | "environment" | "kernelLog"> {
  /** Whether its last line is there: else the shell ended before the script did. */
  readonly complete: boolean;
}

const MOST_CHARACTERS = 16 * 1024 * 1024;
const MOST_SECTIONS = 10_000;
const ANSWER_CHARACTERS = 65_536;
const MOST_ANSWER_CHARACTERS = 4 * 1024 * 1024;
const FIRST_MARK = /^([A-Za-z0-9]{8,64}) (?:environment|begin [a-z0-9.-]+)\r?$/m;

/** @param text Latin-1, a character a byte; through a terminal (CR LF) or not, with whatever was printed before and after it. */
export function parseTranscript(text: string, nonce = FIRST_MARK.exec(text.slice(0, MOST_CHARACTERS))?.[1]): Parsed<Transcript> {
  if (text.length > MOST_CHARACTERS) return malformed(`a transcript of more than ${MOST_CHARACTERS} characters`);
  if (nonce === undefined || !/^[A-Za-z0-9]{8,64}$/.test(nonce)) return malformed("no line begins a transcript");
  const sections = sectionsOf(`\n${throughTerminal(text, nonce)}`, nonce);
  const { commands, begun } = answersIn(sections);
  const environment = sections.find(({ kind }) => kind === "environment")?.body;
  const value = {
    files: filesIn(sections),
    commands,
    complete: begun === 0 && sections.some(({ kind }) => kind === "done"),
    ...(environment === undefined ? {} : { environment: environmentIn(environment) }),
    ...hostIn(commands),
  };
  return done(value, text.length);
}

interface Section {
  readonly kind: string;
  readonly words: string;
  readonly body: string;
}

/** A terminal makes CR LF of every LF. */
function throughTerminal(text: string, nonce: string): string {
  return new RegExp(`^${nonce} [a-z]+[^\r\n]*\r$`, "m").test(text) ? text.replaceAll("\r\n", "\n") : text;
}

function sectionsOf(text: string, nonce: string): readonly Section[] {
  const mark = new RegExp(`\n${nonce} (begin|end|file|list|denied|absent|there|environment|done)(?: ([^\n]{0,4096}))?\n`, "g");
  const sections: Section[] = [];
  let before: { readonly kind: string; readonly words: string; readonly from: number } | undefined;
  for (const found of text.matchAll(mark)) {
    if (before !== undefined) sections.push({ kind: before.kind, words: before.words, body: text.slice(before.from, found.index) });
    before = { kind: found[1] ?? "", words: found[2] ?? "", from: found.index + found[0].length };
    if (sections.length >= MOST_SECTIONS) return sections;
  }
  return before === undefined ? sections : [...sections, { ...before, body: text.slice(before.from) }];
}

/** `begun`: how many began and never ended. */
function answersIn(sections: readonly Section[]): { readonly commands: Record<string, CommandAnswer>; readonly begun: number } {
  const commands: Record<string, CommandAnswer> = {};
  let left = MOST_ANSWER_CHARACTERS;
  let begun = 0;
  for (const [at, { kind, words, body }] of sections.entries()) {
    if (kind !== "begin" || !/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/.test(words)) continue;
    const end = sections[at + 1];
    if (end?.kind !== "end") begun += 1;
    const output = body.slice(0, Math.min(ANSWER_CHARACTERS, left));
    left -= output.length;
    commands[words] = { ...ending(end, words), output };
  }
  return { commands, begun };
}

/** `id status uptime uptime`: seconds since boot before and after, `-` where there is no /proc. */
function ending(section: Section | undefined, id: string): Omit<CommandAnswer, "output"> {
  const [named, status = "", from = "", to = ""] = section?.kind === "end" ? section.words.split(" ") : [];
  if (named !== id || !/^\d{1,3}$/.test(status)) return { status: CUT_OFF };
  const tookMs = Math.round((Number(to) - Number(from)) * 1000);
  const measured = /^\d{1,12}\.\d{1,3}$/.test(from) && /^\d{1,12}\.\d{1,3}$/.test(to) && tookMs >= 0;
  return { status: Number(status), ...(measured ? { tookMs } : {}) };
}

const ABSENT: ReadonlyMap<string, Absence> = new Map([
  ["absent", "absent"],
  ["denied", "denied"],
  // It is there, and nobody read it: as much as is known of a file that may not be read.
  ["there", "denied"],
]);

function filesIn(sections: readonly Section[]): LocalView["files"] {
  const reads: Record<string, Uint8Array | Absence> = {};
  const lists: Record<string, readonly string[] | Absence> = {};
  const looks: Record<string, Absence> = {};
  for (const { kind, words: path, body } of sections) {
    if (!path.startsWith("/")) continue;
    const absence = ABSENT.get(kind);
    if (absence !== undefined) {
      reads[path] = absence;
      lists[path] = absence;
      if (absence === "absent") looks[path] = absence;
    } else if (kind === "file") {
      reads[path] = Buffer.from(body, "latin1");
      lists[path] = "absent";
    } else if (kind === "list") lists[path] = body.split("\n").filter(isName).sort();
  }
  return recordedFiles({ reads, lists, looks });
}

function isName(name: string): boolean {
  return name !== "" && name.length < 256 && !name.includes("/");
}

function environmentIn(text: string): Record<string, string> {
  const pairs = text.split("\n", 4096).map((line) => /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line));
  return Object.fromEntries(pairs.flatMap((pair) => (pair === null ? [] : [[pair[1] ?? "", pair[2] ?? ""]])));
}

/** What the battery's own answers say of the host. */
function hostIn(commands: Readonly<Record<string, CommandAnswer>>): Pick<Transcript, "uname" | "uid" | "kernelLog"> {
  const uname = unameIn(succeeded(commands["host.uname"]));
  const uid = /^(\d{1,10})\n$/.exec(succeeded(commands["host.uid"]) ?? "")?.[1];
  const log = succeeded(commands["host.kernel-log"]);
  const kernelLog = log?.split("\n").filter((line) => line !== "");
  return {
    ...(uname === undefined ? {} : { uname }),
    ...(uid === undefined ? {} : { uid: Number(uid) }),
    ...(kernelLog === undefined || kernelLog.length < 2 ? {} : { kernelLog: kernelLog.map(withoutStamp) }),
  };
}

function unameIn(output: string | undefined): Uname | undefined {
  const [system, node, release, version, machine, rest] = output?.split("\n") ?? [];
  if (system === undefined || node === undefined || release === undefined || version === undefined || machine === undefined)
    return undefined;
  return rest === "" ? { system, node, release, version, machine } : undefined;
}

function withoutStamp(line: string): string {
  return line.replace(/^(?:<\d{1,3}>)?\[ *\d+\.\d+\] ?/, "");
}

function succeeded(answer: CommandAnswer | undefined): string | undefined {
  return answer?.status === 0 ? answer.output : undefined;
}
