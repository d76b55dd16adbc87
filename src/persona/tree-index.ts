import type { Entry } from "./manifest.ts";

/** Looks into a tree of entries as the kernel would: links are followed, at the end and on the way. */
export class TreeIndex {
  readonly #entries: ReadonlyMap<string, Entry>;

  constructor(entries: ReadonlyMap<string, Entry>) {
    this.#entries = entries;
  }

  /** The entry at `path` after all links, or undefined when there is none. */
  resolve(path: string): Entry | undefined {
    return this.#walk(path, 0);
  }

  isDirectory(path: string): boolean {
    return this.resolve(path)?.type === "d";
  }

  isProgram(path: string): boolean {
    const entry = this.resolve(path);
    return entry?.type === "f" && (entry.mode & 0o111) !== 0;
  }

  #walk(path: string, links: number): Entry | undefined {
    if (links > 40) return undefined;
    const steps = path.split("/").filter((step) => step !== "" && step !== ".");
    let real = "";
    for (const [index, step] of steps.entries()) {
      if (step === "..") {
        real = real.slice(0, Math.max(0, real.lastIndexOf("/")));
        continue;
      }
      const entry = this.#entries.get(`${real}/${step}`);
      if (entry === undefined) return undefined;
      if (entry.type === "l") return this.#walk(joined(real, entry.target, steps.slice(index + 1)), links + 1);
      real = entry.path;
    }
    return this.#entries.get(real === "" ? "/" : real);
  }
}

function joined(directory: string, target: string, rest: readonly string[]): string {
  return [target.startsWith("/") ? target : `${directory}/${target}`, ...rest].join("/");
}
