import { isAbsence } from "../../views/files.ts";
import type { LocalView } from "../../views/local-view.ts";
import { type Asked, asking, brief } from "./asked.ts";

/** What ansible-core reports, the sets sorted. */
export interface AnsibleFindings {
  readonly type: string;
  readonly role: string;
  readonly guest: readonly string[];
  readonly host: readonly string[];
}

/**
 * A search for virtual facts while it goes on: the first decision stays, the sets grow. Files are read as ansible reads them: without the white
 * space around them, and an empty file is no file.
 */
export class AnsibleSearch {
  readonly asked: Asked;
  readonly #guest = new Set<string>();
  readonly #host = new Set<string>();
  #type: string | undefined;
  #role: string | undefined;

  constructor(view: LocalView) {
    this.asked = asking(view, "root");
  }

  get facts(): AnsibleFindings {
    return { type: this.#type ?? "NA", role: this.#role ?? "NA", guest: [...this.#guest].sort(), host: [...this.#host].sort() };
  }

  content(path: string): string | undefined {
    const text = this.asked.text(path);
    return text === undefined ? undefined : stripped(text) || undefined;
  }

  lines(path: string, separator: "\n" | "\0"): readonly string[] {
    const content = this.content(path);
    if (content === undefined) return [];
    return separator === "\n" ? content.split(/\r\n|[\n\r\v\f\x1c-\x1e]/) : content.replace(/\0+$/, "").split("\0");
  }

  /** A guest for every line and pattern that match. */
  eachLine(path: string, separator: "\n" | "\0", patterns: readonly (readonly [RegExp, string])[]): void {
    for (const line of this.lines(path, separator))
      for (const [pattern, is] of patterns) if (pattern.test(line)) this.guest(is, `${path} has ${brief(line)}`);
  }

  /** Names a technique of this machine, as a guest or a host of it. */
  sign(technique: string, role: "guest" | "host", because: string): void {
    (role === "guest" ? this.#guest : this.#host).add(technique);
    this.decide(technique, role, because);
  }

  guest(technique: string, because: string): void {
    this.sign(technique, "guest", because);
  }

  alsoGuest(technique: string): void {
    this.#guest.add(technique);
  }

  alsoHost(technique: string): void {
    this.#host.add(technique);
  }

  isGuestOf(technique: string): boolean {
    return this.#guest.has(technique);
  }

  /** Decides type and role, unless they are decided. */
  decide(type: string, role: string, because: string): void {
    this.asked.because(because);
    if (this.#type !== undefined) return;
    this.#type = type;
    this.#role = role;
  }

  retype(type: string): void {
    this.#type = type;
  }

  isFolder(path: string): boolean {
    return !isAbsence(this.asked.view.files.list(path));
  }

  /** Of every process, as /proc/PID/comm has it. */
  processNames(): readonly string[] {
    const processes = this.asked.names("/proc").filter((name) => /^\d+$/.test(name));
    return processes.map((process) => this.asked.text(`/proc/${process}/comm`)?.trimEnd() ?? "");
  }
}

/** White space of ASCII as Python knows it, which has the four separators; a loop, since a pattern for the end takes the square of a run's length. */
const SPACE = "\t\n\v\f\r\x1c\x1d\x1e\x1f ";

function stripped(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && SPACE.includes(text.charAt(start))) start++;
  while (end > start && SPACE.includes(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}
