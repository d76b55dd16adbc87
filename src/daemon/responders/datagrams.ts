import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { SaidService } from "../../detectors/responders/index.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import type { EventContext, Reported } from "../../events/envelope.ts";
import type { ListenOn } from "../../host/listening.ts";
import { plainAddress } from "../../host/source-key.ts";
import { AnswerBudget } from "./answer-budget.ts";
import { answerTo, type ReadyRow, readyRows } from "./datagram-answer.ts";

/**
 * Responders over UDP, in the sensor's own process: a datagram is compared with fixed rows of bytes and answered with others, once, and
 * forgotten. There is no visit, so there is nothing for a worker to hold; nothing is parsed, so there is nothing for it to keep apart.
 * Nobody's address is proven here: what is told of it is no evidence against anybody.
 */
export class DatagramResponders {
  readonly #places: readonly Place[];
  readonly #answers = new AnswerBudget(ANSWERS, performance.now());

  private constructor(places: readonly Place[]) {
    this.#places = places;
  }

  /** Takes those ports that nobody has. @throws OperatorError `listen-privileged`, `listen-refused` */
  static async bind(services: readonly SaidService[], address: string): Promise<{ responders: DatagramResponders; taken: number[] }> {
    const places: Place[] = [];
    const taken: number[] = [];
    try {
      for (const service of services) {
        const socket = await bound(address, service.port);
        if (socket === undefined) taken.push(service.port);
        else
          places.push({
            socket,
            address,
            port: socket.address().port,
            rows: readyRows(service),
            told: new AnswerBudget(TOLD, performance.now()),
          });
      }
    } catch (error) {
      for (const { socket } of places) socket.close();
      throw error;
    }
    return { responders: new DatagramResponders(places), taken };
  }

  get listening(): readonly ListenOn[] {
    return this.#places.map(({ address, port }) => ({ decoy: DISPLAYED, address, port }));
  }

  /** Answers from now on. What came before is dropped, unread. */
  start(tell: Tell): void {
    for (const place of this.#places) place.socket.on("message", (question, from) => this.#answer(place, { question, from, tell }));
  }

  close(): void {
    for (const { socket } of this.#places) socket.close();
  }

  #answer({ socket, address, port, rows, told }: Place, { question, from, tell }: Asked): void {
    const answer = answerTo(question, rows);
    const nowMs = performance.now();
    if (answer === undefined || from.port === 0 || !this.#answers.take(from.address, nowMs)) return;
    // Whom it does not reach did not ask.
    socket.send(answer.bytes, from.port, from.address, () => undefined);
    if (!told.take(from.address, nowMs)) return;
    const source = { address: plainAddress(from.address), port: from.port };
    tell(
      { kind: "fingerprint.shown", fields: { fingerprint: answer.shows, said: question.subarray(0, MOST_TOLD) } },
      { decoy: "responder", transport: "udp", source, destination: { address, port } },
    );
  }
}

export type Tell = (observation: Reported, place: Omit<EventContext, "sensor">) => void;

interface Place {
  readonly socket: Socket;
  readonly address: string;
  readonly port: number;
  readonly rows: readonly ReadyRow[];
  readonly told: AnswerBudget;
}

interface Asked {
  readonly question: Buffer;
  readonly from: RemoteInfo;
  readonly tell: Tell;
}

const DISPLAYED = "responder-udp";
const ANSWERS = { perSource: 1, inAll: 50 };
/** Of one port. */
const TOLD = { perSource: 0.1, inAll: 1 };
const MOST_TOLD = 512;

/** Undefined: somebody else has the port. */
function bound(address: string, port: number): Promise<Socket | undefined> {
  const socket = createSocket({ type: isIPv6(address) ? "udp6" : "udp4" });
  return new Promise((resolve, reject) => {
    socket.once("error", (error) => {
      socket.close();
      const code = "code" in error ? String(error.code) : error.message;
      if (code === "EADDRINUSE") resolve(undefined);
      else if (code === "EACCES") reject(new OperatorError("listen-privileged", `Not allowed to listen on ${address} UDP port ${port}.`));
      else reject(new OperatorError("listen-refused", `Cannot listen on ${address} UDP port ${port}: ${code}.`));
    });
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners("error");
      // An answer that nobody takes comes back as an error of ICMP (RFC 1122 §4.1.3.3): no harm.
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}
