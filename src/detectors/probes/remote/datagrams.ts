import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { Duplex } from "node:stream";
import type { Stimulus } from "../../stimuli/stimulus.ts";
import type { Talk } from "./converse.ts";
import { type Conversation, converseWithin, gateName, type PortRecord, type Run } from "./run.ts";

/** One conversation by datagrams, a turn each. It also tells whether the port is open: an answer says so, an ICMP refusal the contrary. */
export async function datagrams(
  run: Run,
  record: PortRecord,
  conversation: Conversation & { stimulus: Stimulus },
): Promise<Talk | undefined> {
  const { stimulus, rank } = conversation;
  const leave = await run.gate.enter(gateName(record), rank);
  if (leave === undefined) return undefined;
  try {
    // TFTP answers from another port than it was asked on (RFC 1350 §4), which a connected socket would not hear.
    const stream = await openDatagrams({ address: run.address, port: record.port, connected: stimulus.protocol !== "tftp" });
    const talked = await converseWithin(run, stream, { ...conversation, isDatagram: true });
    note(record, talked);
    return talked;
  } finally {
    leave();
  }
}

function note(record: PortRecord, { turns, ended }: Talk): void {
  if (turns.some(({ from }) => from === "them")) record.state = "open";
  else if (ended === "refused" && record.state !== "open") record.state = "closed";
}

interface Place {
  readonly address: string;
  readonly port: number;
  /** Connected sockets hear of ICMP refusals, and only this port's answers. */
  readonly connected: boolean;
}

function openDatagrams(place: Place): Promise<Duplex> {
  const socket = createSocket(isIPv6(place.address) ? "udp6" : "udp4");
  return new Promise((resolve) => {
    const stream = new DatagramStream(socket, place);
    socket.once("error", () => resolve(stream));
    if (place.connected) socket.connect(place.port, place.address, () => resolve(stream));
    else resolve(stream);
  });
}

/** Datagrams as a stream whose pieces are whole datagrams. */
class DatagramStream extends Duplex {
  readonly #socket: Socket;
  readonly #place: Place;

  constructor(socket: Socket, place: Place) {
    super({ autoDestroy: false });
    this.#socket = socket;
    this.#place = place;
    socket.on("message", (bytes: Buffer, { address }: RemoteInfo) => {
      if (address === place.address && bytes.length > 0) this.push(bytes);
    });
    socket.on("error", (error) => this.destroy(error));
  }

  override _read(): void {
    // What comes is pushed; nobody waits for our buffer.
  }

  override _write(bytes: Uint8Array, _encoding: BufferEncoding, sent: (error?: Error | null) => void): void {
    if (this.#place.connected) this.#socket.send(bytes, (error) => sent(error));
    else this.#socket.send(bytes, this.#place.port, this.#place.address, (error) => sent(error));
  }

  override _destroy(error: Error | null, gone: (error?: Error | null) => void): void {
    this.#socket.close();
    gone(error);
  }
}
