import { Buffer } from "node:buffer";
import type { Cancel, Peer } from "../../decoy/peer.ts";
import type { Admission } from "../../shell/admission.ts";
import { escapeIac } from "./iac.ts";
import { type LineResult, LoginLine } from "./login-line.ts";
import type { TelnetPersona } from "./persona.ts";

/**
 * The login program: asks for a name and a password until somebody gets in, as the persona's does. Between a line and the next prompt the
 * program is busy: what is typed then is echoed by the terminal and thrown away by the prompt, which flushes its input.
 */
export interface LoginPorts {
  readonly peer: Peer;
  readonly persona: TelnetPersona["login"];
  readonly admission: Admission;
  /** Called once, when a pair got in. */
  readonly entered: (user: string) => void;
  /** Called once, when the login ends without one. */
  readonly left: () => void;
}

/** A prompt appears this long after the line before it. */
const PROMPT_MS = 2;

type Stage = "user" | "password" | "busy" | "over";

export class Login {
  readonly #ports: LoginPorts;
  #stage: Stage = "user";
  #line: LoginLine;
  #user = "";
  #failures = 0;
  #wait: Cancel | undefined;
  readonly #grace: Cancel | undefined;

  constructor(ports: LoginPorts) {
    this.#ports = ports;
    this.#line = this.#newLine("user");
    const { graceSeconds } = ports.persona;
    if (graceSeconds > 0) this.#grace = ports.peer.after(graceSeconds * 1000, () => this.#leave(ports.persona.timeout));
  }

  start(): void {
    this.#say(this.#ports.persona.prompt);
  }

  /** Takes what the visitor typed; gives back what came after a login that got in. */
  receive(bytes: Buffer): Buffer {
    for (const [at, byte] of bytes.entries()) {
      if (this.#stage === "over") return bytes.subarray(at);
      this.#take(byte);
    }
    return Buffer.alloc(0);
  }

  end(): void {
    this.#stage = "over";
    this.#grace?.();
    this.#wait?.();
  }

  #take(byte: number): void {
    const { echo, result } = this.#line.take(byte);
    if (echo !== "") this.#say(echo);
    if (result === undefined) return;
    if (result.is === "killed" && this.#ports.persona.kind !== "twisted") return this.#leave("");
    // A line that is typed while the program is busy is flushed by its next prompt.
    if (this.#stage === "busy") this.#line = new LoginLine({ echo: this.#ports.persona.echo, column: 0 });
    else this.#takeLine(result);
  }

  #takeLine(result: LineResult): void {
    if (this.#stage === "password") return this.#takePassword(result.is === "line" ? result.text : "");
    if (result.is === "line") return this.#takeUser(result.text);
    if (this.#ports.persona.kind === "busybox") return this.#leave("");
    this.#say("\r\n");
    this.#failLater();
  }

  #takeUser(user: string): void {
    const { kind } = this.#ports.persona;
    this.#user = user;
    if (user === "" && kind === "busybox") return this.#ask("user");
    if (user.startsWith("-") && kind === "util-linux") return this.#failLater();
    this.#ask("password");
  }

  #takePassword(password: string): void {
    const { peer, persona, admission } = this.#ports;
    this.#sendHex(persona.afterPassword);
    if (persona.kind !== "twisted") this.#say("\r\n");
    const [user, secret] = [Buffer.from(this.#user, "latin1"), Buffer.from(password, "latin1")];
    const { accepted, rule } = admission.judge(user, secret);
    peer.observe({
      kind: "auth.attempt",
      fields: { method: "login", user, password: secret, accepted, ...(rule === undefined ? {} : { rule }) },
    });
    if (!accepted) return this.#failLater();
    this.end();
    this.#say(persona.success);
    this.#ports.entered(this.#user);
  }

  #failLater(): void {
    this.#later(this.#ports.persona.failureDelayMs, () => {
      const { persona } = this.#ports;
      this.#failures += 1;
      this.#say(persona.failure);
      if (persona.maxTries > 0 && this.#failures >= persona.maxTries) this.#leave(persona.tooMany);
      else this.#prompt("user");
    });
  }

  #ask(stage: "user" | "password"): void {
    this.#later(PROMPT_MS, () => this.#prompt(stage));
  }

  #later(delayMs: number, then: () => void): void {
    this.#stage = "busy";
    this.#line = new LoginLine({ echo: this.#ports.persona.echo, column: 0 });
    this.#wait = this.#ports.peer.after(delayMs, then);
  }

  #prompt(stage: "user" | "password"): void {
    const { persona } = this.#ports;
    if (stage === "password") this.#sendHex(persona.beforePassword);
    this.#say(stage === "user" ? persona.prompt : persona.passwordPrompt);
    this.#stage = stage;
    this.#line = this.#newLine(stage);
  }

  #newLine(stage: "user" | "password"): LoginLine {
    const { persona } = this.#ports;
    return new LoginLine({ echo: stage === "user" && persona.echo, column: persona.prompt.trimStart().length });
  }

  #leave(text: string): void {
    if (this.#stage === "over") return;
    this.end();
    this.#say(text);
    this.#ports.left();
  }

  #say(text: string): void {
    if (text !== "") this.#ports.peer.send(escapeIac(Buffer.from(text, "latin1")));
  }

  #sendHex(hex: string): void {
    if (hex !== "") this.#ports.peer.send(Buffer.from(hex.replaceAll(" ", ""), "hex"));
  }
}
