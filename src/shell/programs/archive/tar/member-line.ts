import type { Process } from "../../../program.ts";
import { modeText } from "../../mode.ts";
import { formatTime, zoneOf } from "../../time-format.ts";
import type { TarHeader } from "./header.ts";

const KINDS: Readonly<Record<string, Parameters<typeof modeText>[0]["kind"]>> = {
  "2": "link",
  "3": "character",
  "4": "block",
  "5": "directory",
  "6": "fifo",
};

/** The lines of tar tv, whose column of owners and sizes grows as it must. */
export class MemberLines {
  readonly #process: Process;
  readonly #numeric: boolean;
  #width = 19;

  constructor(process: Process, numeric: boolean) {
    this.#process = process;
    this.#numeric = numeric;
  }

  long(header: TarHeader): string {
    const owner = `${this.#name(header.user, header.uid)}/${this.#name(header.group, header.gid)}`;
    const device = header.type === "3" || header.type === "4" ? header.device : undefined;
    const size = device === undefined ? String(header.type === "1" ? 0 : header.size) : `${device.major},${device.minor}`;
    this.#width = Math.max(this.#width, owner.length + size.length + 1);
    const mode =
      header.type === "1"
        ? `h${modeText({ kind: "file", mode: header.mode }).slice(1)}`
        : modeText({ kind: KINDS[header.type] ?? "file", mode: header.mode });
    const date = formatTime("%Y-%m-%d %H:%M", header.modifiedSeconds * 1000, zoneOf(this.#process));
    const link = header.type === "2" ? ` -> ${header.link}` : header.type === "1" ? ` link to ${header.link}` : "";
    return `${mode} ${owner} ${size.padStart(this.#width - owner.length - 1)} ${date} ${shownName(header.name)}${link}`;
  }

  #name(name: string, id: number): string {
    return this.#numeric || name === "" ? String(id) : name;
  }
}

/** Bytes that a terminal would take amiss, as C writes them. */
export function shownName(name: string): string {
  return name
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n")
    .replaceAll("\t", "\\t")
    .replace(/[\x00-\x1f\x7f]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, "0")}`);
}
