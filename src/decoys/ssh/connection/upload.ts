/**
 * A file on its way in. The file system keeps it, so that the visitor finds it again, and offers it to quarantine when it is closed.
 * A file that the file system cannot hold is still caught whole: its bytes go to quarantine directly, and the visitor sees success,
 * for a full disk would send him away. Holds while the bytes come in order; a write elsewhere gets the file system's own error.
 */
import { Buffer } from "node:buffer";
import type { Capture } from "../../../decoy/capture.ts";
import type { Peer } from "../../../decoy/peer.ts";
import type { Errno, FileSystem, Ok, OpenFile } from "../../../shell/file-system.ts";

export interface UploadSource {
  readonly peer: Peer;
  readonly fs: FileSystem;
  /** Absolute. */
  readonly path: string;
  readonly way: "sftp" | "scp";
}

const OK: Ok = { ok: true };
const COPY_BYTES = 65_536;
const ROOT = { uid: 0, gid: 0, groups: [0] };

export class Upload {
  readonly #file: OpenFile;
  readonly #source: UploadSource;
  #end = 0;
  #inOrder = true;
  #capture: Capture | undefined;

  constructor(file: OpenFile, source: UploadSource) {
    this.#file = file;
    this.#source = source;
  }

  write(at: number, bytes: Uint8Array): Ok | Errno {
    const next = at === this.#end && this.#inOrder;
    this.#inOrder &&= next;
    if (next && this.#capture !== undefined) return this.#catch(bytes);
    const written = this.#file.write(at, Buffer.from(bytes).toString("latin1"));
    if (!("errno" in written)) this.#end = at + bytes.length;
    else if (next && (written.errno === "EFBIG" || written.errno === "ENOSPC")) return this.#overflow(bytes);
    return written;
  }

  /** Cuts or lengthens the file; one that is being caught keeps what came. */
  truncate(size: number): Ok | Errno {
    return this.#capture === undefined ? this.#file.truncate(size) : OK;
  }

  close(): void {
    this.#capture?.close();
    this.#file.close();
  }

  /** Begins to catch: first what the file system holds, then the rest. */
  #overflow(bytes: Uint8Array): Ok | Errno {
    const { peer, fs, path, way } = this.#source;
    this.#capture = peer.capture({ name: path, way });
    const held = fs.open(path, { read: true }, ROOT);
    if ("errno" in held) return held;
    for (let at = 0; at < this.#end; at += COPY_BYTES) {
      const piece = held.read(at, Math.min(COPY_BYTES, this.#end - at));
      if (typeof piece === "string") this.#capture.write(Buffer.from(piece, "latin1"));
    }
    held.close();
    return this.#catch(bytes);
  }

  #catch(bytes: Uint8Array): Ok | Errno {
    if (this.#capture?.write(Buffer.from(bytes)) !== true) return { errno: "ENOSPC" };
    this.#end += bytes.length;
    return OK;
  }
}
