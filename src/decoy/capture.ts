/** Where a captured file came from. Names are as the visitor gave them: never used as a path. */
export interface CaptureMeta {
  /** The name or path that the visitor gave, for people to read. */
  readonly name: string;
  /** How it arrived, such as `scp`, `sftp`, `echo-loader`, `redirect`. */
  readonly way: string;
}

/** A file on its way to quarantine. The parent names it by SHA-256, caps its size and reports `file.captured` when it is whole. */
export interface Capture {
  /** False once the size cap is reached: the rest is dropped, the event says truncated. */
  write(bytes: Uint8Array): boolean;
  /** The file is whole. */
  close(): void;
}
