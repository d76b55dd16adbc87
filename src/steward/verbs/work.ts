import type { CarrierHost } from "../apply/carriage.ts";
import type { Carriers } from "../apply/carriers.ts";
import type { Outside } from "../apply/outside.ts";
import type { HostPort } from "../ledger/host-port.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Wire } from "../wire/wire.ts";
import type { Sight } from "./api.ts";

/** What a verb works with: the steward's folder and ledger, and the host, each behind a port. */
export interface Work {
  /** The steward's own folder: root's, closed to everybody else. */
  readonly folder: string;
  readonly ledger: Ledger;
  /** By what the ledger looks and changes. */
  readonly port: HostPort;
  readonly host: CarrierHost;
  readonly outside: Outside;
  readonly carriers: Carriers;
  /** What is on the wire. */
  readonly wire: Wire;
  readonly asker: Asker;
  /** Tells who asked what is being done, in a sentence. */
  readonly progress: (text: string) => void;
}

/** Who asks, as the kernel knows it, and what can be told to it meanwhile. */
export interface Asker {
  readonly pid: number;
  readonly uid: number;
  /** Whether this steward goes on when it has answered. */
  readonly isStaying: boolean;
  /** Tells what is seen. */
  readonly see: (sight: Sight) => void;
  /** How many bytes wait for a reader that is too slow. */
  readonly waiting: () => number;
  /** Comes when who asked has left. */
  readonly left: AbortSignal;
}
