import { Buffer } from "node:buffer";
import type { Cancel, Peer } from "../../../decoy/peer.ts";
import type { FieldsOf } from "../../../events/observation.ts";
import { Admission } from "../../../shell/admission.ts";
import { Writer } from "../../../wire/writer.ts";
import { sshString } from "../crypto/field.ts";
import { fingerprint, type PublicKey, parsePublicKey, verifySignature } from "../crypto/public-keys.ts";
import type { SshOptions } from "../options.ts";
import type { SshPersona } from "../persona.ts";
import type { Fault } from "../transport/fault.ts";
import { encodeHostKey } from "../transport/host-key.ts";
import { message, reason } from "../transport/message.ts";
import { type Transport, unexpected } from "../transport/transport.ts";
import { type AuthFamily, authFamilies } from "./auth-family.ts";
import { type AuthRequest, type KeyFields, parseAuthRequest, parseKey, parsePassword, parseResponses } from "./request.ts";

export interface UserAuthPorts {
  readonly peer: Peer;
  readonly persona: SshPersona;
  readonly options: SshOptions;
  readonly transport: Transport;
  /** This user is in; called after the visitor was told. */
  accepted(user: string): void;
}

type Attempt = Omit<FieldsOf<"auth.attempt">, "user">;

const CONNECTION_SERVICE = "ssh-connection";
const HOST_BOUND = "publickey-hostbound-v00@openssh.com";

/**
 * The login (RFC 4252): decides by the policy, answers as the persona's product does, and reports every attempt.
 * The rule: one attempt is answered before the next is read, however long the answer is delayed.
 */
export class UserAuth {
  readonly #ports: UserAuthPorts;
  readonly #family: AuthFamily;
  readonly #admission: Admission;
  #user: Buffer | undefined;
  #service = "";
  #attempts = 0;
  #failures = 0;
  /** Keyboard-interactive: we have asked for the password, or sent the empty round that ends a right answer. */
  #asked: "password" | "nothing" | undefined;
  #cancelDelay: Cancel | undefined;

  constructor(ports: UserAuthPorts) {
    this.#ports = ports;
    this.#family = authFamilies[ports.persona.family];
    this.#admission = new Admission(ports.options.admission, ports.peer.memory);
  }

  receive(payload: Uint8Array): Fault | undefined {
    const number = payload[0] ?? 0;
    if (number === message.userauthRequest) return this.#receiveRequest(payload);
    if (number === message.userauthInfoResponse && this.#asked !== undefined) return this.#receiveResponses(this.#asked, payload);
    return unexpected(number);
  }

  end(): void {
    this.#cancelDelay?.();
  }

  #receiveRequest(payload: Uint8Array): Fault | undefined {
    const parsed = parseAuthRequest(payload);
    if (parsed.status !== "done" || parsed.value.user.includes(0)) return broken;
    const request = parsed.value;
    this.#attempts += 1;
    if (this.#attempts === 1) this.#sendBanner();
    if (!this.#staysSame(request)) return undefined;
    this.#user = Buffer.from(request.user);
    this.#service = request.service;
    this.#asked = undefined;
    if (request.service !== CONNECTION_SERVICE && this.#family.otherService === "dropped") {
      this.#ports.transport.close();
      return undefined;
    }
    return this.#tryMethod(request, payload);
  }

  /** False: the visitor asked for another user or service than before, and was thrown out. */
  #staysSame({ user, service }: AuthRequest): boolean {
    if (this.#user === undefined || this.#family.userChange === "allowed") return true;
    if (this.#user.equals(user) && this.#service === service) return true;
    const [was, asks] = [this.#name(this.#user), this.#name(user)];
    const text = `Change of username or service not allowed: (${was},${this.#service}) -> (${asks},${service})`;
    if (this.#family.userChange === "explained") this.#ports.transport.disconnect(reason.protocolError, text);
    else this.#ports.transport.close();
    return false;
  }

  #tryMethod(request: AuthRequest, payload: Uint8Array): Fault | undefined {
    const plain = request.method === HOST_BOUND ? "publickey" : request.method;
    if (!this.#ports.persona.auth.methods.includes(plain)) {
      this.#observe({ method: request.method, accepted: false });
      this.#fail(request.method);
      return undefined;
    }
    switch (plain) {
      case "password":
        return this.#tryPassword(request);
      case "publickey":
        return this.#tryKey(request, payload);
      case "keyboard-interactive":
        this.#ask("password", [this.#ports.persona.auth.prompt]);
        return undefined;
      default:
        this.#observe({ method: request.method, accepted: false });
        this.#fail(request.method);
        return undefined;
    }
  }

  #tryPassword(request: AuthRequest): Fault | undefined {
    const parsed = parsePassword(request.fields, this.#family.ignoresRest);
    if (parsed.status !== "done") return broken;
    const { change, password } = parsed.value;
    if (change) {
      this.#observe({ method: "password", password, accepted: false });
      this.#fail("password");
    } else if (this.#judge("password", password)) {
      this.#accept();
    } else {
      this.#failLate("password");
    }
    return undefined;
  }

  #receiveResponses(asked: "password" | "nothing", payload: Uint8Array): Fault | undefined {
    const parsed = parseResponses(payload);
    if (parsed.status !== "done") return broken;
    this.#asked = undefined;
    if (asked === "nothing") {
      this.#accept();
      return undefined;
    }
    const [password] = parsed.value;
    const isRight = password !== undefined && this.#judge("keyboard-interactive", password);
    if (!isRight) this.#failLate("keyboard-interactive");
    else if (this.#family.emptyRound) this.#ask("nothing", []);
    else this.#accept();
    return undefined;
  }

  #tryKey(request: AuthRequest, payload: Uint8Array): Fault | undefined {
    const parsed = parseKey(request.fields, request.method === HOST_BOUND);
    if (parsed.status !== "done") return broken;
    const offered = parsed.value;
    if (offered.hostKey !== undefined && !this.#isOurs(offered.hostKey)) return broken;
    const key = parsePublicKey(offered.blob);
    const wouldDo = key.status === "done" && this.#ports.options.acceptKeys === "any" && this.#isConnection;
    if (wouldDo && offered.signature === undefined) {
      this.#ports.transport.send(
        new Writer().u8(message.userauthPkOk).string32(Buffer.from(offered.algorithm, "latin1")).string32(offered.blob).finish(),
      );
      return undefined;
    }
    const signed = payload.subarray(0, payload.length - request.fields.length + offered.signedBytes);
    const accepted = wouldDo && this.#isSigned(key.value, offered, signed);
    this.#observe({
      method: "publickey",
      keyType: Buffer.from(offered.algorithm, "latin1"),
      publicKey: offered.blob.toString("base64"),
      fingerprint: fingerprint(offered.blob),
      accepted,
      ...(accepted ? { rule: "any key" } : {}),
    });
    if (accepted) this.#accept();
    else this.#fail("publickey");
    return undefined;
  }

  #isOurs(hostKey: Buffer): boolean {
    return this.#ports.peer.keys.hostKeys.some((key) => encodeHostKey(key).equals(hostKey));
  }

  /** RFC 4252 §7: the signature covers the session identifier and the request up to the signature. */
  #isSigned(key: PublicKey, offered: KeyFields, signedRequest: Uint8Array): boolean {
    if (offered.signature === undefined) return false;
    const signed = Buffer.concat([sshString(this.#ports.transport.sessionId), signedRequest]);
    return verifySignature(key, offered.signature, signed) === "verified";
  }

  #judge(method: string, password: Uint8Array): boolean {
    const user = Buffer.from(this.#name(this.#user ?? Buffer.alloc(0)), "latin1");
    const verdict = this.#isConnection ? this.#admission.judge(user, password) : { accepted: false };
    const rule = "rule" in verdict && verdict.rule !== undefined ? { rule: verdict.rule } : {};
    this.#observe({ method, password: Buffer.from(password), accepted: verdict.accepted, ...rule });
    return verdict.accepted;
  }

  get #isConnection(): boolean {
    return this.#service === CONNECTION_SERVICE;
  }

  /** The account's name, Latin-1. */
  #name(user: Buffer): string {
    const text = user.toString("latin1");
    const end = this.#family.styles ? text.indexOf(":") : -1;
    return end < 0 ? text : text.slice(0, end);
  }

  #accept(): void {
    this.#ports.transport.send(Buffer.of(message.userauthSuccess));
    this.#ports.transport.loggedIn();
    this.#ports.accepted(Buffer.from(this.#name(this.#user ?? Buffer.alloc(0)), "latin1").toString("utf8"));
  }

  #failLate(method: string): void {
    const { peer, persona, transport } = this.#ports;
    if (persona.auth.failureDelayMs === 0) return this.#fail(method);
    transport.hold();
    this.#cancelDelay = peer.after(persona.auth.failureDelayMs, () => {
      this.#fail(method);
      transport.release();
    });
  }

  #fail(method: string): void {
    const { persona, transport } = this.#ports;
    const counts = method !== "none" || (this.#family.countsNone && this.#attempts > 1);
    if (counts) this.#failures += 1;
    const allowed = persona.auth.maxTries + (this.#family.oneMore ? 1 : 0);
    if (this.#failures < allowed) {
      transport.send(new Writer().u8(message.userauthFailure).string32(persona.auth.methods.join(",")).u8(0).finish());
    } else if (this.#family.tooMany === undefined) {
      transport.close();
    } else {
      transport.disconnect(this.#family.tooMany.code, this.#family.tooMany.text);
    }
  }

  /** RFC 4256 §3.2: `byte 60, string name, string instruction, string language, uint32 prompts, for each: string prompt, boolean echo`. */
  #ask(asked: "password" | "nothing", prompts: readonly string[]): void {
    this.#asked = asked;
    const writer = new Writer().u8(message.userauthInfoRequest).string32("").string32("").string32("").u32(prompts.length);
    for (const prompt of prompts) writer.string32(prompt).u8(0);
    this.#ports.transport.send(writer.finish());
  }

  #sendBanner(): void {
    const { banner } = this.#ports.options;
    if (banner === undefined) return;
    this.#ports.transport.send(new Writer().u8(message.userauthBanner).string32(banner).string32(this.#family.language).finish());
  }

  #observe(attempt: Attempt): void {
    this.#ports.peer.observe({ kind: "auth.attempt", fields: { user: this.#user ?? "", ...attempt } });
  }
}

const broken: Fault = { what: "malformed message", number: message.userauthRequest };
