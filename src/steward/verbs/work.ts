import type { CarrierHost } from "../apply/carriage.ts";
import type { Carriers } from "../apply/carriers.ts";
import type { Outside } from "../apply/outside.ts";
import type { HostPort } from "../ledger/host-port.ts";
import type { Ledger } from "../ledger/ledger.ts";

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
  /** Tells who asked what is being done, in a sentence. */
  readonly progress: (text: string) => void;
}
