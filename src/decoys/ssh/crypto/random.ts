/** Gives so many unpredictable bytes; the session's Peer is the source, nothing here draws any. */
export type Random = (bytes: number) => Uint8Array;
