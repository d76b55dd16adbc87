import { createSocket } from "node:dgram";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeIcmpEcho, parseIcmpEcho } from "../../../wire/packets/icmp-echo.ts";
import { encodeIpv4, ipv4Bytes, PROTOCOL_ICMP, PROTOCOL_TCP, parseIpv4 } from "../../../wire/packets/ipv4.ts";
import { encodeTcp, parseTcp, type TcpOption, type TcpSegment } from "../../../wire/packets/tcp.ts";
import { openRawSocket, type RawSocket } from "./raw-socket.ts";

/**
 * Asks one host with single raw packets and pairs the answers with the questions, each timed. Our kernel knows nothing of these
 * connections, so it resets whatever a SYN opened: no connection is left half open.
 */
export interface PacketProbe {
  /** One segment from a port of its own; undefined: no answer in time. */
  ask(question: TcpQuestion, withinMs: number): Promise<TcpAnswer | undefined>;
  /** One ICMP echo. */
  echo(payload: Uint8Array, withinMs: number): Promise<EchoAnswer | undefined>;
  /** One segment that claims to come from the host itself. */
  land(port: number): boolean;
  close(): void;
}

export interface TcpQuestion {
  readonly port: number;
  /** Letters of the flags, such as `S`. */
  readonly flags: string;
}

export interface IpAnswer {
  readonly ttl: number;
  readonly dontFragment: boolean;
  readonly ipId: number;
  readonly afterMs: number;
}

export interface TcpAnswer extends IpAnswer {
  readonly segment: TcpSegment;
}

export interface EchoAnswer extends IpAnswer {
  readonly payload: Uint8Array;
}

/** What a usual system of today offers in its SYN. */
const OFFER: readonly TcpOption[] = [
  { kind: "mss", value: 1460 },
  { kind: "sackOK" },
  { kind: "ts", value: 1, echo: 0 },
  { kind: "nop" },
  { kind: "wscale", value: 7 },
];

/** A host answers on loopback within this; longer ways are waited for without spinning. */
const SPIN_MS = 0.4;

/** Undefined in `absent`: why there is none (IPv6, missing rights). */
export async function openPacketProbe(address: string): Promise<PacketProbe | { readonly absent: string }> {
  const to = ipv4Bytes(address);
  if (to === undefined) return { absent: "raw packets are sent over IPv4 only" };
  const from = await ownAddressTowards(address);
  if (from === undefined) return { absent: `there is no way to ${address}` };
  const tcp = openRawSocket(PROTOCOL_TCP);
  if ("absent" in tcp) return tcp;
  const icmp = openRawSocket(PROTOCOL_ICMP);
  if ("absent" in icmp) {
    tcp.close();
    return icmp;
  }
  return new RawProbe({ from, to }, tcp, icmp);
}

class RawProbe implements PacketProbe {
  readonly #way: { readonly from: Uint8Array; readonly to: Uint8Array };
  readonly #tcp: RawSocket;
  readonly #icmp: RawSocket;
  #count = 0;

  constructor(way: { readonly from: Uint8Array; readonly to: Uint8Array }, tcp: RawSocket, icmp: RawSocket) {
    this.#way = way;
    this.#tcp = tcp;
    this.#icmp = icmp;
  }

  /** Always from the same port to the same port: newer kernels give each pair of ports a clock of time stamps of its own. */
  async ask({ port, flags }: TcpQuestion, withinMs: number): Promise<TcpAnswer | undefined> {
    this.#count++;
    const fromPort = 33_000 + ((process.pid * 131 + port * 7) % 27_000);
    const options = flags.includes("S") ? OFFER : [];
    const segment: TcpSegment = {
      fromPort,
      toPort: port,
      sequence: 0x1d2c3b4a + this.#count,
      acknowledgement: 0,
      flags,
      window: 64_240,
      options,
      payload: Buffer.alloc(0),
    };
    const { from, to } = this.#way;
    return this.#exchange(this.#tcp, this.#packet(PROTOCOL_TCP, encodeTcp(segment, [from, to])), {
      withinMs,
      read: (payload) => {
        const parsed = parseTcp(payload);
        if (parsed.status !== "done" || parsed.value.fromPort !== port || parsed.value.toPort !== fromPort) return undefined;
        return { segment: parsed.value };
      },
    });
  }

  async echo(payload: Uint8Array, withinMs: number): Promise<EchoAnswer | undefined> {
    const id = (process.pid + this.#count) & 0xffff;
    const sequence = this.#count++ & 0xffff;
    return this.#exchange(this.#icmp, this.#packet(PROTOCOL_ICMP, encodeIcmpEcho({ kind: "request", id, sequence, payload })), {
      withinMs,
      read: (bytes) => {
        const parsed = parseIcmpEcho(bytes);
        if (parsed.status !== "done" || parsed.value.kind !== "reply" || parsed.value.id !== id || parsed.value.sequence !== sequence)
          return undefined;
        return { payload: parsed.value.payload };
      },
    });
  }

  land(port: number): boolean {
    const { to } = this.#way;
    const segment: TcpSegment = {
      fromPort: port,
      toPort: port,
      sequence: 1,
      acknowledgement: 0,
      flags: "S",
      window: 2048,
      options: [],
      payload: Buffer.alloc(0),
    };
    return this.#tcp.send(
      encodeIpv4({ from: to, to, protocol: PROTOCOL_TCP, ttl: 64, id: 1, dontFragment: false, payload: encodeTcp(segment, [to, to]) }),
    );
  }

  close(): void {
    this.#tcp.close();
    this.#icmp.close();
  }

  #packet(protocol: number, payload: Uint8Array): Buffer {
    return encodeIpv4({ ...this.#way, protocol, ttl: 64, id: (0x2000 + this.#count) & 0xffff, dontFragment: true, payload });
  }

  /** Sends, then reads until the answer is there: at first without a pause, so that near hosts are timed well. */
  async #exchange<T>(
    socket: RawSocket,
    packet: Uint8Array,
    { withinMs, read }: { readonly withinMs: number; readonly read: (payload: Uint8Array) => T | undefined },
  ): Promise<(T & IpAnswer) | undefined> {
    while (socket.receive() !== undefined);
    const start = performance.now();
    if (!socket.send(packet)) return undefined;
    while (performance.now() - start < withinMs) {
      const found = this.#next(socket, read);
      if (found !== undefined) return { ...found, afterMs: performance.now() - start };
      if (performance.now() - start > SPIN_MS) await sleep(1);
    }
    return undefined;
  }

  /** The first answer among the packets that wait; whatever else came in is dropped. At most 64 packets a look. */
  #next<T>(socket: RawSocket, read: (payload: Uint8Array) => T | undefined): (T & Omit<IpAnswer, "afterMs">) | undefined {
    for (let looked = 0; looked < 64; looked++) {
      const bytes = socket.receive();
      if (bytes === undefined) return undefined;
      const ip = parseIpv4(bytes);
      if (ip.status !== "done" || !Buffer.from(ip.value.from).equals(this.#way.to)) continue;
      const found = read(ip.value.payload);
      if (found !== undefined) return { ...found, ttl: ip.value.ttl, dontFragment: ip.value.dontFragment, ipId: ip.value.id };
    }
    return undefined;
  }
}

/** The address that this host would use towards another: what the kernel chooses for a UDP socket, without a packet. */
function ownAddressTowards(address: string): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const finish = (own: Uint8Array | undefined) => {
      socket.close();
      resolve(own);
    };
    socket.once("error", () => finish(undefined));
    socket.connect(9, address, () => finish(ipv4Bytes(socket.address().address)));
  });
}
