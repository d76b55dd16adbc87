/** RFC 5647 §7.1: four fixed bytes and a 64-bit counter that grows by one a packet; the start comes from the key exchange. */
export class GcmNonce {
  readonly bytes: Uint8Array;

  constructor(iv: Uint8Array) {
    this.bytes = new Uint8Array(iv);
  }

  advance(): void {
    for (let at = 11; at >= 4; at--) {
      const byte = ((this.bytes[at] ?? 0) + 1) & 0xff;
      this.bytes[at] = byte;
      if (byte !== 0) return;
    }
  }
}
