import { Buffer } from "node:buffer";
import type { OpenFile } from "../../../../shell/file-system.ts";
import type { Upload } from "../upload.ts";

export interface FileHandle {
  readonly kind: "file";
  readonly path: string;
  readonly file: OpenFile;
  readonly upload: Upload | undefined;
  readonly append: boolean;
  /** Bytes that the visitor read. */
  readBytes: number;
}

export interface DirectoryHandle {
  readonly kind: "directory";
  readonly path: string;
  /** Names not yet listed; undefined until the first listing. */
  names: readonly string[] | undefined;
}

export type Handle = FileHandle | DirectoryHandle;

/** Descriptors that a process may have (1024) without the five that sftp-server keeps. */
export const MAX_HANDLES = 1019;

/** The open handles of one SFTP session: the lowest free number is given, four bytes on the wire, as OpenSSH does. */
export class Handles {
  readonly #slots: (Handle | undefined)[] = [];

  /** The new handle's four bytes; undefined when too many are open. */
  add(handle: Handle): Buffer | undefined {
    const free = this.#slots.indexOf(undefined);
    const number = free < 0 ? this.#slots.length : free;
    if (number >= MAX_HANDLES) return undefined;
    this.#slots[number] = handle;
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(number);
    return bytes;
  }

  find(bytes: Buffer): Handle | undefined {
    return bytes.length === 4 ? this.#slots[bytes.readUInt32BE()] : undefined;
  }

  findFile(bytes: Buffer): FileHandle | undefined {
    const handle = this.find(bytes);
    return handle?.kind === "file" ? handle : undefined;
  }

  /** Frees a handle; its resources are the caller's. */
  remove(bytes: Buffer): Handle | undefined {
    const handle = this.find(bytes);
    if (handle !== undefined) this.#slots[bytes.readUInt32BE()] = undefined;
    return handle;
  }

  /** Frees all. */
  clear(): readonly Handle[] {
    return this.#slots.splice(0).filter((handle) => handle !== undefined);
  }
}
