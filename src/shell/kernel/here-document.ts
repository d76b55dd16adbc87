import type { Errno, Stat } from "../file-system.ts";
import { type Access, Description } from "./description.ts";

/** The text of a here-document, opened for reading. */
export class HereDocument extends Description {
  readonly label = "pipe:[19000]";
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    super();
    this.#text = text;
  }

  override get access(): Access {
    return { read: true, write: false };
  }

  read(maxBytes: number): string {
    const bytes = this.#text.slice(this.#at, this.#at + maxBytes);
    this.#at += bytes.length;
    return bytes;
  }

  readThrough(delimiter: string, maxBytes: number): string {
    const end = this.#text.indexOf(delimiter, this.#at);
    return this.read(end < 0 ? maxBytes : Math.min(maxBytes, end + 1 - this.#at));
  }

  write(): Errno {
    return { errno: "EBADF" };
  }

  stat(): Stat {
    return { kind: "fifo", mode: 0o600, uid: 0, gid: 0, size: 0, inode: 19_000, links: 1, accessMs: 0, modifyMs: 0, changeMs: 0 };
  }

  protected closed(): void {
    this.#at = this.#text.length;
  }
}
