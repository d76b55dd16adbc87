/**
 * What one source left behind, kept by the parent between visits: found files, passwords that got in.
 * One value for a source and decoy; the newest write wins. It is bounded: a value over `maxBytes` is refused.
 */
export interface Memory {
  readonly maxBytes: number;
  /** The value as it was when this visit began, or as last written by it; undefined at the first visit. */
  read(): Uint8Array | undefined;
  /** Keeps `value` for the source's next visit. False: too large, nothing changed. */
  write(value: Uint8Array): boolean;
}
