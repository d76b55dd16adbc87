import { Clock } from "../../testkit/clock.ts";
import type { Deed, Proof, Transition } from "../evidence.ts";
import { defaultSuspicion, type SuspicionSettings } from "../settings.ts";
import { Suspicion } from "../suspicion.ts";

/** A gate with a clock of its own, and short words for what sources do. */
export class Watch {
  readonly clock = new Clock();
  readonly gate: Suspicion;
  readonly settings: SuspicionSettings;

  constructor(settings: Partial<SuspicionSettings> = {}) {
    this.settings = { ...defaultSuspicion, ...settings };
    this.gate = new Suspicion(this.settings, this.now);
  }

  readonly now = (): number => this.clock.now().wallMs;

  /** @returns the changes as `from > to` */
  see(source: string, deed: Deed, proof: Proof = "handshake"): readonly string[] {
    return this.gate.take({ source, proof, deed }).map(said);
  }

  state(source: string): string | undefined {
    return this.gate.stateOf(source)?.state;
  }

  login(source: string, service = "sshd"): readonly string[] {
    return this.see(source, { kind: "login", service, user: "anna", accepted: true, times: 1, verified: true }, "log");
  }

  failLogin(source: string, user = "root"): readonly string[] {
    return this.see(source, { kind: "login", service: "sshd", user, accepted: false, times: 1, verified: true }, "log");
  }

  /** Asks for so many ports of one host. */
  scan(
    source: string,
    ports: number,
    { proof = "cookie", halfOpen = true }: { readonly proof?: Proof; readonly halfOpen?: boolean } = {},
  ): readonly string[] {
    return Array.from({ length: ports }, (_, port) =>
      this.see(source, { kind: "contact", host: "192.0.2.10", port: 1000 + port, halfOpen }, proof),
    ).flat();
  }

  hours(count: number): readonly string[] {
    this.clock.advance(count * 3_600_000);
    return this.gate.sweep().map(said);
  }
}

export const DECOY: Deed = { kind: "decoy", decoy: "telnet", port: 23 };
export const LURE: Deed = { kind: "lure", lure: "/root/passwords.txt" };
export const PATTERN: Deed = { kind: "pattern", id: "smb.smbghost", weight: 80 };
export const SESSION: Deed = { kind: "session", service: "http" };

function said({ from, to }: Transition): string {
  return `${from} > ${to}`;
}
