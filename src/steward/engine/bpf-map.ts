import { availableParallelism } from "node:os";
import koffi from "koffi";
import { errorName, type LibbpfCalls } from "./libbpf-calls.ts";

/** A map of the kernel's. Keys and values are their bytes. */
export class BpfMap {
  readonly fd: number;
  readonly #calls: LibbpfCalls;

  constructor(calls: LibbpfCalls, fd: number) {
    this.#calls = calls;
    this.fd = fd;
  }

  /** False: there is no room. */
  set(key: Uint8Array, value: Uint8Array): boolean {
    const result = this.#calls.update(this.fd, key, value, 0);
    if (result >= 0) return true;
    const name = errorName(result);
    if (name === "E2BIG" || name === "ENOSPC" || name === "ENOMEM") return false;
    throw new Error(`map cannot be written: ${name}`);
  }

  /** @param size of a value, in bytes */
  get(key: Uint8Array, size: number): Buffer | undefined {
    const value = Buffer.alloc(size);
    return this.#calls.lookup(this.fd, key, value) < 0 ? undefined : value;
  }

  /** False: it was not there. */
  delete(key: Uint8Array): boolean {
    return this.#calls.remove(this.fd, key) >= 0;
  }

  /** @param size of a key, in bytes */
  keys(size: number): readonly Buffer[] {
    const found: Buffer[] = [];
    let key: Buffer | null = null;
    // A map that others write while it is read could go round for ever.
    for (let left = MOST_KEYS; left > 0; left -= 1) {
      const next: Buffer = Buffer.alloc(size);
      if (this.#calls.nextKey(this.fd, key, next) < 0) break;
      found.push(next);
      key = next;
    }
    return found;
  }

  /** Makes its keys be `wanted`, each with the same value, and no others. What stays is never away for a moment. */
  become(wanted: readonly Uint8Array[], value: Uint8Array): void {
    const names = new Set(wanted.map((key) => Buffer.from(key).toString("hex")));
    const size = wanted[0]?.length ?? this.#keySize;
    if (size === 0) return;
    this.#keySize = size;
    for (const key of this.keys(size)) if (!names.has(key.toString("hex"))) this.delete(key);
    for (const key of wanted) this.set(key, value);
  }

  #keySize = 0;

  /** The sum over all processors of a counter in a per-processor array. */
  sum(index: number): bigint {
    const value = this.get(number32(index), 8 * POSSIBLE_PROCESSORS);
    let sum = 0n;
    for (let at = 0; value !== undefined && at < value.length; at += 8) sum += value.readBigUInt64LE(at);
    return sum;
  }
}

const MOST_KEYS = 1 << 21;
/** The kernel writes a value for each processor that could ever be there; there is room for more of them than this machine shows. */
const POSSIBLE_PROCESSORS = Math.max(1024, availableParallelism());

export function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

export function number64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

/** Records that programs write for user space. */
export class RingBuffer implements Disposable {
  readonly #calls: LibbpfCalls;
  readonly #ring: NonNullable<ReturnType<LibbpfCalls["ringNew"]>>;
  readonly #callback: bigint;

  constructor(calls: LibbpfCalls, map: BpfMap, onRecord: (record: Buffer) => void) {
    this.#calls = calls;
    const prototype = koffi.pointer(SAMPLE);
    this.#callback = koffi.register((_context: unknown, record: unknown, size: number | bigint) => {
      onRecord(Buffer.from(Buffer.from(koffi.view(record, Number(size)))));
      return 0;
    }, prototype);
    const ring = calls.ringNew(map.fd, this.#callback, null, null);
    if (ring === null) {
      koffi.unregister(this.#callback);
      throw new Error(`no ring buffer: ${errorName(0)}`);
    }
    this.#ring = ring;
  }

  /** Hands out all records that are there; how many. Never waits. */
  consume(): number {
    return this.#calls.ringConsume(this.#ring);
  }

  [Symbol.dispose](): void {
    this.#calls.ringFree(this.#ring);
    koffi.unregister(this.#callback);
  }
}

const SAMPLE = koffi.proto("int UtsusemiSample(void *, void *, size_t)");
