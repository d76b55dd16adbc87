import { Buffer } from "node:buffer";
import type { Session } from "../../../decoy/session.ts";
import { FakePeer, type FakePeerSettings } from "../../../testkit/fake-peer.ts";
import { seededRandom } from "../crypto/testing/seeded-random.ts";
import type { SshPersona } from "../persona.ts";
import type { Fault } from "../transport/fault.ts";
import { serverFor } from "../transport/server.ts";
import { Transport, type TransportUser } from "../transport/transport.ts";
import { type ClientLists, TestClient } from "./test-client.ts";

export interface MeetingSettings extends FakePeerSettings {
  readonly lists?: ClientLists;
  /** The visitor's bytes arrive in pieces of this size; all at once unless given. */
  readonly pieceBytes?: number;
  /** Instead of a fresh one. */
  readonly peer?: FakePeer;
}

/** A test client and a server on a fake peer: `run` carries bytes both ways until neither has more to say. */
export class Meeting {
  readonly client: TestClient;
  readonly peer: FakePeer;
  readonly server: Session;
  readonly #pieceBytes: number;
  #carried = 0;

  constructor(open: (peer: FakePeer) => Session, settings: MeetingSettings = {}) {
    this.peer = settings.peer ?? new FakePeer(settings);
    this.client = new TestClient(seededRandom(`client ${settings.seed ?? 1}`), settings.lists);
    this.#pieceBytes = settings.pieceBytes ?? Number.MAX_SAFE_INTEGER;
    this.server = open(this.peer);
    this.server.start?.();
  }

  run(): this {
    for (let quiet = false; !quiet; ) {
      const toClient = this.#fromServer();
      if (toClient.length > 0) this.client.receive(toClient);
      const toServer = this.client.take();
      this.#deliver(toServer);
      quiet = toClient.length === 0 && toServer.length === 0;
    }
    return this;
  }

  #fromServer(): Buffer {
    const all = this.peer.sent();
    const fresh = all.subarray(this.#carried);
    this.#carried = all.length;
    return fresh;
  }

  #deliver(bytes: Buffer): void {
    for (let at = 0; at < bytes.length && this.peer.hungUp === undefined; at += this.#pieceBytes) {
      this.server.receive(bytes.subarray(at, at + this.#pieceBytes));
    }
  }
}

/** What a transport alone handed on, for tests of the transport. */
export class RecordingUser implements TransportUser {
  readonly messages: Buffer[] = [];
  backlogs = 0;
  answer: (payload: Buffer) => Fault | undefined = () => undefined;

  receiveMessage(payload: Buffer): Fault | undefined {
    this.messages.push(Buffer.from(payload));
    return this.answer(payload);
  }

  backlogSent(): void {
    this.backlogs += 1;
  }
}

export interface BareMeeting {
  readonly meeting: Meeting;
  readonly transport: Transport;
  readonly user: RecordingUser;
}

/** A test client and a transport with nothing above it. */
export function meetTransport(persona: SshPersona, settings: MeetingSettings = {}): BareMeeting {
  const user = new RecordingUser();
  const transports: Transport[] = [];
  const meeting = new Meeting((peer) => {
    const transport = new Transport(peer, serverFor(persona), user);
    transports.push(transport);
    return transport;
  }, settings);
  const [transport] = transports;
  if (transport === undefined) throw new Error("no transport");
  return { meeting, transport, user };
}
