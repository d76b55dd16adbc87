import { Buffer } from "node:buffer";
import type { Settings } from "../../decoy/decoy.ts";
import type { Peer } from "../../decoy/peer.ts";
import type { Session } from "../../decoy/session.ts";
import { Admission } from "../../shell/admission.ts";
import { bootSystem } from "../../shell/boot.ts";
import type { ExitStatus, Running, System } from "../../shell/system.ts";
import { AYT, escapeIac, IAC, IacDecoder, type TelnetItem } from "./iac.ts";
import { Login } from "./login.ts";
import { Negotiation, observeSubnegotiation } from "./negotiation.ts";
import type { TelnetOptions } from "./options.ts";
import type { TelnetPersona } from "./persona.ts";

/**
 * One telnet conversation: options, a login, a shell. The stream is read as the persona's server reads it; beside it runs a reader by the
 * standards until somebody is logged in, so that what a client says about itself is observed even where the imitated server would miss it.
 */
export class TelnetSession implements Session {
  readonly #peer: Peer;
  readonly #persona: TelnetPersona;
  readonly #decoder: IacDecoder;
  readonly #negotiation: Negotiation;
  readonly #login: Login;
  #watcher: IacDecoder | undefined = new IacDecoder("rfc854");
  #isOver = false;
  #system: System | undefined;
  #running: Running | undefined;

  constructor(peer: Peer, { options, persona }: Settings<TelnetOptions, TelnetPersona>) {
    this.#peer = peer;
    this.#persona = persona;
    this.#decoder = new IacDecoder(persona.dialect);
    this.#negotiation = new Negotiation(peer, persona.terminalType);
    this.#login = new Login({
      peer,
      persona: persona.login,
      admission: new Admission(options.admission, peer.memory),
      entered: (user) => this.#openShell(user),
      left: () => this.#hangUp(),
    });
  }

  start(): void {
    this.#peer.send(Buffer.from(this.#persona.opening.replaceAll(" ", ""), "hex"));
    this.#peer.send(Buffer.from(this.#persona.greeting, "latin1"));
    this.#login.start();
  }

  receive(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.#watch(bytes);
    for (const item of this.#decoder.push(bytes)) if (!this.#isOver) this.#take(item);
  }

  drained(): void {
    this.#running?.drained();
  }

  end(): void {
    this.#login.end();
    this.#running?.end();
    this.#system?.close();
    this.#system = undefined;
  }

  #watch(bytes: Uint8Array): void {
    for (const item of this.#watcher?.push(bytes) ?? []) {
      observeSubnegotiation(this.#peer, item);
      this.#negotiation.applyType(item);
    }
  }

  #take(item: TelnetItem): void {
    switch (item.is) {
      case "text":
        return this.#takeText(item.bytes);
      case "option":
        return this.#persona.answersOptions ? this.#negotiation.answer(item.verb, item.option) : undefined;
      case "subnegotiation":
        return this.#resize(item);
      case "command":
        return item.command === AYT ? this.#areYouThere() : undefined;
    }
  }

  #takeText(bytes: Buffer): void {
    const rest = this.#running === undefined ? this.#login.receive(bytes) : bytes;
    if (rest.length === 0 || this.#running === undefined) return;
    this.#peer.record({ terminal: 0, way: "in", bytes: rest });
    if (!this.#running.input(rest)) this.#peer.pause();
  }

  #resize(item: TelnetItem): void {
    const running = this.#running;
    if (!this.#negotiation.applySize(item) || running === undefined) return;
    const { columns, rows } = this.#negotiation.terminal;
    running.resize(columns, rows);
    this.#peer.record({ terminal: 0, way: "size", columns, rows });
  }

  /** RFC 854 wants any sign of life; busybox sends a NOP, and its own escaping doubles the IAC (verified on 1.35). */
  #areYouThere(): void {
    const answer = this.#persona.dialect === "busybox" ? Buffer.from([IAC, IAC, 241]) : Buffer.from("\r\n[Yes]\r\n");
    this.#peer.send(answer);
  }

  #openShell(user: string): void {
    this.#watcher = undefined;
    const { terminal } = this.#negotiation;
    this.#peer.observe({ kind: "terminal.open", fields: { terminal: 0, ...terminal } });
    this.#peer.record({ terminal: 0, way: "size", columns: terminal.columns, rows: terminal.rows });
    const system = bootSystem(this.#peer);
    this.#system = system;
    this.#running = system.start(
      { user, terminal, via: "telnet", origin: this.#peer.visitor, destination: this.#peer.local, number: 0 },
      { out: (bytes) => this.#show(bytes), err: (bytes) => this.#show(bytes), exited: (status) => this.#exited(status) },
    );
  }

  #show(bytes: Uint8Array): boolean {
    this.#peer.record({ terminal: 0, way: "out", bytes });
    return this.#peer.send(escapeIac(bytes));
  }

  #hangUp(): void {
    this.#isOver = true;
    this.#peer.hangUp();
  }

  #exited(status: ExitStatus): void {
    this.#peer.observe({ kind: "terminal.close", fields: { terminal: 0, status: "code" in status ? status.code : 128 } });
    this.#hangUp();
  }
}
