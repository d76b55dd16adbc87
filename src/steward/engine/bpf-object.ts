import { readFileSync } from "node:fs";
import koffi from "koffi";
import { OperatorError } from "../../errors/operator-error.ts";
import { BpfMap } from "./bpf-map.ts";
import { errorName, type Handle, type LibbpfCalls, libbpf } from "./libbpf-calls.ts";

/**
 * Programs and maps of one compiled object, loaded into the kernel. Maps and programs live as long as this process holds them or something is
 * attached; nothing is pinned, so the kernel takes back what nobody holds when the process ends, however it ends.
 */
export class BpfObject implements Disposable {
  readonly calls: LibbpfCalls;
  readonly #handle: Handle;
  readonly #log: Uint8Array;
  readonly #maps = new Map<string, BpfMap>();

  private constructor(calls: LibbpfCalls, handle: Handle, log: Uint8Array) {
    this.calls = calls;
    this.#handle = handle;
    this.#log = log;
  }

  /**
   * Opens an object and loads all of its programs but those that are named.
   *
   * @throws OperatorError `kernel-missing` with the verifier's last lines, `rights-missing`
   */
  static load(path: string, options: LoadOptions = {}): BpfObject {
    const calls = presentCalls();
    const bytes = readFileSync(path);
    const log = Buffer.alloc(LOG_BYTES);
    const handle = calls.openMemory(bytes, bytes.length, openOptions(log));
    if (handle === null) throw new OperatorError("kernel-missing", `${path} is no BPF object that libbpf can read: ${errorName(0)}.`);
    const object = new BpfObject(calls, handle, log);
    object.#prepare(options);
    const result = calls.load(handle);
    if (result >= 0) return object;
    const error = object.#refusal(result);
    object[Symbol.dispose]();
    throw error;
  }

  /** @throws Error where the object has no such map: a mistake of ours */
  map(name: string): BpfMap {
    const known = this.#maps.get(name);
    if (known !== undefined) return known;
    const handle = this.calls.findMap(this.#handle, name);
    if (handle === null) throw new Error(`no map ${name}`);
    const map = new BpfMap(this.calls, this.calls.mapFd(handle));
    this.#maps.set(name, map);
    return map;
  }

  /** The file descriptor of a loaded program. */
  program(name: string): number {
    return this.calls.programFd(this.#programHandle(name));
  }

  [Symbol.dispose](): void {
    this.calls.close(this.#handle);
  }

  #programHandle(name: string): Handle {
    const handle = this.calls.findProgram(this.#handle, name);
    if (handle === null) throw new Error(`no program ${name}`);
    return handle;
  }

  #prepare({ without = [], sizes = {} }: LoadOptions): void {
    for (const name of without) this.calls.setAutoload(this.#programHandle(name), false);
    for (const [name, most] of Object.entries(sizes)) {
      const map = this.calls.findMap(this.#handle, name);
      if (map === null) throw new Error(`no map ${name}`);
      this.calls.setMaxEntries(map, most);
    }
  }

  #refusal(result: number): OperatorError {
    const name = errorName(result);
    if (name === "EPERM") {
      return process.getuid?.() === 0
        ? new OperatorError("kernel-missing", "The kernel does not let this process load BPF programs (EPERM): it may be locked down.")
        : new OperatorError("rights-missing", "Only root can load BPF programs.");
    }
    const said = logText(this.#log);
    return new OperatorError("kernel-missing", `The kernel refuses the wire engine (${name})${said === "" ? "" : `: ${said}`}`);
  }
}

export interface LoadOptions {
  /** Programs that are not loaded. */
  readonly without?: readonly string[];
  /** Sizes of maps other than the object's own, in entries. */
  readonly sizes?: Readonly<Record<string, number>>;
}

const LOG_BYTES = 1 << 20;
const LOG_LINES = 12;

/** @throws OperatorError `kernel-missing` where the library is missing */
export function presentCalls(): LibbpfCalls {
  const library = libbpf();
  if (library.state === "present") return library.calls;
  throw new OperatorError("kernel-missing", `The wire engine cannot be loaded: ${library.why}.`);
}

/** `struct bpf_object_open_opts`: sz 0 · kernel_log_buf 56 · kernel_log_size 64 · kernel_log_level 72 (0: only of what fails). */
function openOptions(log: Uint8Array): Buffer {
  const options = Buffer.alloc(80);
  options.writeBigUInt64LE(80n, 0);
  options.writeBigUInt64LE(koffi.address(log), 56);
  options.writeBigUInt64LE(BigInt(log.length), 64);
  return options;
}

/** What the verifier said last: that is where it says why. */
function logText(log: Uint8Array): string {
  const text = Buffer.from(log).toString("latin1").replace(/\0.*$/s, "");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.slice(-LOG_LINES).join("\n");
}
