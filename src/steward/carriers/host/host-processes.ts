import { existsSync, readFileSync } from "node:fs";
import { arch } from "node:os";
import { dirname, join } from "node:path";
import type { DecoyProcess } from "../../../disguise/effect.ts";
import type { Change } from "../../ledger/change.ts";
import { processToken } from "../../ledger/process-token.ts";
import { folderChange, isThere, type Making, missingFolders, realPaths } from "./host-files.ts";
import { whyNever } from "./never.ts";

/**
 * Background processes for a whole host: kernel/guard/sleeper.c under another's name. Where its program is not there, the sleeper is put there as
 * a real file; where it is, the sleeper is bound over it in a mount namespace of the process's own, so that everybody else's stays what it is.
 */
export interface ProcessesCarried {
  readonly changes: readonly Change[];
  readonly seen: readonly DecoyProcess[];
  /** Programs that were made for them. */
  readonly programs: readonly string[];
  readonly leftOut: readonly string[];
}

const SLEEPER = join(import.meta.dirname, "..", "..", "..", "..", "kernel", "guard", "sleeper-x64");
/** A name without its real program would be run by scripts of the host, and do nothing. */
const RUN_BY_OTHERS = /\/(?:(?:ba|da|z|k)?sh|env|perl|python[\d.]*|ruby[\d.]*|node|java|systemd\w*|init)$/;

export interface ProcessesAsked extends Making {
  /** Where the sleeper may lie. */
  readonly folder: string;
  /** A number of this site's. */
  readonly mark: number;
}

export function carryProcesses(processes: readonly DecoyProcess[], asked: ProcessesAsked): ProcessesCarried {
  if (processes.length === 0) return { changes: [], seen: [], programs: [], leftOut: [] };
  if (arch() !== "x64" || !existsSync(SLEEPER))
    return { changes: [], seen: [], programs: [], leftOut: ["No process runs in the background: there is no program for this processor."] };
  const bytes = readFileSync(SLEEPER).toString("base64");
  const real = realPaths(
    processes.map(({ program }) => program),
    asked.host,
  );
  const carried = processes.map((one, at) => carryProcess(one, { ...asked, bytes, at, path: real.get(one.program) ?? one.program }));
  return {
    changes: [...bodyChanges(carried, asked, bytes), ...carried.flatMap(({ changes }) => changes)],
    seen: processes.filter((_, at) => carried[at]?.why === undefined),
    programs: [...new Set(carried.flatMap(({ program }) => program ?? []))],
    leftOut: carried.flatMap(({ why }) => why ?? []),
  };
}

interface CarriedProcess {
  readonly changes: readonly Change[];
  readonly needsBody?: true;
  readonly program?: string;
  readonly why?: string;
}

interface OneAsked extends ProcessesAsked {
  readonly bytes: string;
  readonly at: number;
  /** The program's path without links of directories. */
  readonly path: string;
}

function carryProcess(decoy: DecoyProcess, asked: OneAsked): CarriedProcess {
  const { path, host, folders, bytes } = asked;
  const isMade = folders.has(`program ${path}`);
  if (!isMade && isThere(path, host)) return { changes: [processChange(decoy, asked, bodyIn(asked.folder))], needsBody: true };
  const never = whyNever(path) ?? (RUN_BY_OTHERS.test(path) ? "others would run it" : undefined);
  if (never !== undefined) return { changes: [], why: `${decoy.name} does not run: ${decoy.program} is not there, and ${never}.` };
  const missing = isMade ? [] : missingFolders(dirname(path), asked);
  for (const folder of missing) folders.add(folder);
  folders.add(`program ${path}`);
  const program: Change = { kind: "file", path, contents: bytes, mode: 0o755 };
  return { changes: [...missing.map(folderChange), ...(isMade ? [] : [program]), processChange(decoy, asked)], program: path };
}

/** The same every time, and nobody else's: found again by it. */
function processChange({ name, arguments: words, program }: DecoyProcess, { mark, at }: OneAsked, body?: string): Change {
  const token = processToken(mark, `${at} ${words.join("\0")}`);
  return { kind: "process", token, command: words, name, program, ...(body === undefined ? {} : { body }) };
}

const bodyIn = (folder: string) => join(folder, "sleeper");

function bodyChanges(carried: readonly CarriedProcess[], { folder }: ProcessesAsked, contents: string): readonly Change[] {
  return carried.some(({ needsBody }) => needsBody) ? [{ kind: "file", path: bodyIn(folder), contents, mode: 0o755 }] : [];
}
