/**
 * What responders say, as plain data: what the sensor's decoy takes as its options, bytes in base64, so that it passes through a
 * configuration file as through a pipe.
 */
export interface SaidService {
  readonly port: number;
  readonly rows: readonly SaidRow[];
}

/** Something that is said once. */
export interface SaidRow {
  /** The fingerprint that it is. */
  readonly shows: string;
  /** Said when somebody connects. */
  readonly greeting: readonly SaidPart[];
  /** Said when the visitor has said this, and `until` behind it, and `least` bytes in all; empty: anything. */
  readonly on: string;
  readonly until: string;
  readonly least: number;
  readonly answer: readonly SaidPart[];
  readonly closes: boolean;
}

/** Fixed bytes, or something that the visitor said. */
export interface SaidPart {
  readonly bytes: string | undefined;
  readonly echoAt: number | undefined;
  readonly echoSize: number | undefined;
  readonly header: string | undefined;
  readonly bare: boolean | undefined;
}
