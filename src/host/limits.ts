/**
 * The allowances of visitors. What goes over one is dropped politely, or held back where the name says per second or per turn,
 * and an event tells. All are numbers, so that the operator can set each; the standard values fit a host with 1 GiB of memory.
 */
export interface SessionLimits {
  /** Bytes from the visitor in one visit. */
  readonly bytesIn: number;
  /** Bytes to the visitor in one visit. */
  readonly bytesOut: number;
  /** Silence of the visitor, milliseconds. */
  readonly idleMs: number;
  /** Length of a visit, milliseconds. */
  readonly durationMs: number;
  /** Bytes sent at most after one piece of input; the rest follows a little later. */
  readonly bytesPerTurn: number;
  /** Bytes sent at most in a second; the rest waits. */
  readonly bytesPerSecond: number;
  /** Bytes that may wait for a visitor who does not read. */
  readonly memoryBytes: number;
  /** Size of one captured file, bytes. */
  readonly captureBytes: number;
  /** Captured files in one visit. */
  readonly captures: number;
  /** Size of all terminal recordings of one visit, bytes. */
  readonly recordingBytes: number;
  /** Observations in a second, on average; bursts may be ten times that. More are counted and dropped. */
  readonly observationsPerSecond: number;
  /** Bytes that may be kept for one source on one decoy between visits. */
  readonly keptBytes: number;
}

export interface HostLimits {
  /** Open connections in all. */
  readonly connections: number;
  /** Open connections of one source: an IPv4 address, or an IPv6 /64. */
  readonly connectionsPerSource: number;
  /** Bytes kept for all sources together between visits; the source that was away longest is forgotten first. */
  readonly keptBytesTotal: number;
  readonly session: SessionLimits;
}

const MIB = 1_048_576;
const MINUTE_MS = 60_000;

export const STANDARD_LIMITS: HostLimits = {
  connections: 10_000,
  connectionsPerSource: 100,
  keptBytesTotal: 64 * MIB,
  session: {
    bytesIn: 256 * MIB,
    bytesOut: 256 * MIB,
    idleMs: 10 * MINUTE_MS,
    durationMs: 60 * MINUTE_MS,
    bytesPerTurn: 262_144,
    bytesPerSecond: 4 * MIB,
    memoryBytes: 4 * MIB,
    captureBytes: 64 * MIB,
    captures: 100,
    recordingBytes: 16 * MIB,
    observationsPerSecond: 100,
    keptBytes: 262_144,
  },
};
