/**
 * Something that is said to a port to see what comes back, as data. The prober sends it; checks, fingerprints and known detectors read the
 * exchange by the stimulus' id. The bytes never do harm: no exploit, no write, no login beyond the trials that are named so.
 */
export interface Stimulus {
  /** `null`, `ssh.bad-version`, `http.get`, `smb.negotiate`. */
  readonly id: string;
  /** What it belongs to: `ssh`, `http`, `smb`; `any`. */
  readonly protocol: string;
  readonly transport: "tcp" | "udp";
  /** Where it is sent: to the protocol's ports (its usual ones and where it was recognised), or to every open port. */
  readonly sentTo: "its-ports" | "every-port";
  /** The protocol's usual ports. */
  readonly ports: readonly number[];
  readonly steps: readonly Step[];
  /** In `--quick` too. */
  readonly quick: boolean;
}

export type Step =
  /** Listens until `quietMs` passed without a byte after the first, or `uptoMs` in all, or the end. */
  | { readonly hear: { readonly uptoMs: number; readonly quietMs: number } }
  | { readonly say: Uint8Array }
  /** Says what depends on what was heard so far; undefined: the conversation makes no sense here and ends. */
  | { readonly reply: (heard: Uint8Array) => Uint8Array | undefined }
  /** We end our direction and go on listening. */
  | { readonly halfClose: true };

export const hear = (uptoMs: number, quietMs = 300): Step => ({ hear: { uptoMs, quietMs } });
export const say = (bytes: string | Uint8Array): Step => ({ say: typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes });
