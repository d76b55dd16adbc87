import koffi from "koffi";

/**
 * A raw IPv4 socket: whole packets out, whole packets in. Node has none, so the C library is called directly.
 * Needs CAP_NET_RAW; without it, the answer is why not.
 */
export interface RawSocket {
  /** Sends one packet, header included, to the address it carries. False: the kernel refused it. */
  send(packet: Uint8Array): boolean;
  /** One packet that came in, header included; undefined: none waits. Never blocks. */
  receive(): Uint8Array | undefined;
  close(): void;
}

const AF_INET = 2;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0x800;
const SOCK_CLOEXEC = 0x80000;
const IPPROTO_IP = 0;
const IP_HDRINCL = 3;
const MAX_PACKET = 65_536;

interface LibC {
  socket(family: number, type: number, protocol: number): number;
  setsockopt(socket: number, level: number, ...rest: readonly [option: number, value: Uint8Array, size: number]): number;
  sendto(socket: number, bytes: Uint8Array, size: number, ...rest: readonly [flags: number, to: Uint8Array, toSize: number]): number;
  recv(socket: number, into: Uint8Array, size: number, ...rest: readonly [flags: number]): number;
  close(socket: number): number;
}

let loaded: LibC | undefined;

function libC(): LibC {
  if (loaded === undefined) {
    const library = koffi.load("libc.so.6");
    loaded = {
      socket: library.func("int socket(int, int, int)"),
      setsockopt: library.func("int setsockopt(int, int, int, const uint8_t *, uint32_t)"),
      sendto: library.func("long sendto(int, const uint8_t *, size_t, int, const uint8_t *, uint32_t)"),
      recv: library.func("long recv(int, _Out_ uint8_t *, size_t, int)"),
      close: library.func("int close(int)"),
    };
  }
  return loaded;
}

/** @param protocol which packets come in: 1 (ICMP) or 6 (TCP) */
export function openRawSocket(protocol: number): RawSocket | { readonly absent: string } {
  const c = libC();
  const socket = c.socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (socket < 0) return { absent: "raw packets need root or CAP_NET_RAW" };
  const one = Buffer.from([1, 0, 0, 0]);
  if (c.setsockopt(socket, IPPROTO_IP, IP_HDRINCL, one, 4) < 0) {
    c.close(socket);
    return { absent: "this kernel lets no packet header be set" };
  }
  const room = Buffer.alloc(MAX_PACKET);
  return {
    send: (packet) => c.sendto(socket, packet, packet.length, 0, addressOf(packet), 16) === packet.length,
    receive: () => {
      const size = c.recv(socket, room, room.length, 0);
      return size > 0 ? Buffer.from(room.subarray(0, size)) : undefined;
    },
    close: () => c.close(socket),
  };
}

/** `struct sockaddr_in` of the packet's destination: family (host order), port 0, address, eight bytes of nothing. */
function addressOf(packet: Uint8Array): Uint8Array {
  const address = Buffer.alloc(16);
  address.writeUInt16LE(AF_INET, 0);
  Buffer.from(packet.subarray(16, 20)).copy(address, 4);
  return address;
}
