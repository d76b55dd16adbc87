/** SipHash-2-4 (Aumasson and Bernstein, 2012, §2), written from the paper's definition: what the engine's cookies are compared with. */
export function siphash(key: Uint8Array, message: Uint8Array): bigint {
  const [k0, k1] = [word(key, 0), word(key, 8)];
  const v: [bigint, bigint, bigint, bigint] = [
    k0 ^ 0x736f6d6570736575n,
    k1 ^ 0x646f72616e646f6dn,
    k0 ^ 0x6c7967656e657261n,
    k1 ^ 0x7465646279746573n,
  ];
  const padded = Buffer.alloc((Math.floor(message.length / 8) + 1) * 8);
  padded.set(message);
  padded.writeUInt8(message.length & 0xff, padded.length - 1);
  for (let at = 0; at < padded.length; at += 8) {
    const m = word(padded, at);
    v[3] ^= m;
    rounds(v, 2);
    v[0] ^= m;
  }
  v[2] ^= 0xffn;
  rounds(v, 4);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

function word(bytes: Uint8Array, at: number): bigint {
  return Buffer.from(bytes).readBigUInt64LE(at);
}

const MASK = (1n << 64n) - 1n;

function left(value: bigint, by: bigint): bigint {
  return ((value << by) | (value >> (64n - by))) & MASK;
}

function rounds(v: [bigint, bigint, bigint, bigint], times: number): void {
  for (let done = 0; done < times; done += 1) {
    v[0] = (v[0] + v[1]) & MASK;
    v[1] = left(v[1], 13n) ^ v[0];
    v[0] = left(v[0], 32n);
    v[2] = (v[2] + v[3]) & MASK;
    v[3] = left(v[3], 16n) ^ v[2];
    v[0] = (v[0] + v[3]) & MASK;
    v[3] = left(v[3], 21n) ^ v[0];
    v[2] = (v[2] + v[1]) & MASK;
    v[1] = left(v[1], 17n) ^ v[2];
    v[2] = left(v[2], 32n);
  }
}
