import { Buffer } from "node:buffer";
import type { Settings } from "../../../decoy/decoy.ts";
import type { Session } from "../../../decoy/session.ts";
import type { Observation } from "../../../events/observation.ts";
import { FakePeer } from "../../../testkit/fake-peer.ts";
import { sshString } from "../crypto/field.ts";
import { ssh } from "../decoy.ts";
import type { SshOptions } from "../options.ts";
import type { SshPersona } from "../persona.ts";
import { ReceiveBuffer } from "../transport/receive-buffer.ts";
import { Meeting } from "./meeting.ts";
import type { TestClient } from "./test-client.ts";

/**
 * For talks above the transport: a visitor who already has keys. Each message in the talk, either way, stands behind its length (four bytes);
 * a test client encrypts and decrypts. What happened before there were keys is not part of the talk.
 */
export function openTalk(settings: Settings<SshOptions, SshPersona>): { readonly session: Session; readonly peer: FakePeer } {
  const peer = new FakePeer();
  const encrypted = new EncryptedPeer(peer);
  const meeting = new Meeting((inner) => ssh.open(inner, settings), { peer: encrypted }).run();
  encrypted.decrypt(meeting.client);
  return { session: new TalkSession(meeting), peer };
}

/** What the server does under keys is done in the clear on `plain`. */
class EncryptedPeer extends FakePeer {
  readonly #plain: FakePeer;
  #client: TestClient | undefined;

  constructor(plain: FakePeer) {
    super({ clock: plain.clock });
    this.#plain = plain;
  }

  decrypt(client: TestClient): void {
    this.#client = client;
    client.received.length = 0;
  }

  override send(bytes: Uint8Array): boolean {
    if (this.#client === undefined) return super.send(bytes);
    this.#client.receive(bytes);
    for (const payload of this.#client.received.splice(0)) this.#plain.send(sshString(payload));
    return true;
  }

  override observe(observation: Observation): void {
    if (this.#client !== undefined) this.#plain.observe(observation);
  }

  override hangUp(how?: "close" | "reset"): void {
    super.hangUp(how);
    this.#plain.hangUp(how);
  }
}

class TalkSession implements Session {
  readonly #meeting: Meeting;
  readonly #input = new ReceiveBuffer();

  constructor(meeting: Meeting) {
    this.#meeting = meeting;
  }

  receive(bytes: Uint8Array): void {
    this.#input.add(bytes);
    for (let payload = this.#next(); payload !== undefined; payload = this.#next()) {
      this.#meeting.client.send(payload);
      this.#meeting.server.receive(this.#meeting.client.take());
    }
    this.#input.settle();
  }

  end(): void {
    this.#meeting.server.end?.();
  }

  #next(): Buffer | undefined {
    const bytes = this.#input.bytes;
    const size = bytes.length < 4 ? Number.POSITIVE_INFINITY : 4 + bytes.readUInt32BE(0);
    if (bytes.length < size) return undefined;
    const payload = Buffer.from(bytes.subarray(4, size));
    this.#input.use(size);
    return payload;
  }
}
