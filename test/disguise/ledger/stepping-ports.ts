import type { HostPort } from "../../../src/steward/ledger/host-port.ts";
import type { LedgerStore } from "../../../src/steward/ledger/ledger-store.ts";

export interface Ports {
  readonly store: LedgerStore;
  readonly host: HostPort;
}

/** The same ports, which call `stop` at their n-th step: before a call, behind it, and in the middle of a write. */
export function steppingPorts({ store, host }: Ports, at: number, stop: () => void): Ports & { readonly steps: () => number } {
  let steps = 0;
  const step = () => {
    steps += 1;
    if (steps === at) stop();
  };
  /** A write that may end after half of its bytes. */
  const halved = (write: (bytes: Uint8Array) => void) => (bytes: Uint8Array) => {
    step();
    if (steps + 1 === at) write(bytes.subarray(0, bytes.length / 2));
    step();
    write(bytes);
    step();
  };
  const stepped =
    <Arguments extends unknown[], Result>(call: (...words: Arguments) => Result) =>
    (...words: Arguments): Result => {
      step();
      const result = call(...words);
      step();
      return result;
    };
  const changing = {
    createFile: stepped(host.createFile),
    createDirectory: stepped(host.createDirectory),
    createLink: stepped(host.createLink),
    remove: stepped(host.remove),
    setMode: stepped(host.setMode),
    setOwner: stepped(host.setOwner),
    setModified: stepped(host.setModified),
    setAttribute: stepped(host.setAttribute),
    mount: stepped(host.mount),
    unmount: stepped(host.unmount),
    setSysctl: stepped(host.setSysctl),
    loadModule: stepped(host.loadModule),
    unloadModule: stepped(host.unloadModule),
    startProcess: stepped(host.startProcess),
    stopProcess: stepped(host.stopProcess),
    setLinkAddress: stepped(host.setLinkAddress),
    renameLink: stepped(host.renameLink),
  };
  /** Half of the new bytes, and behind them what was there. */
  const mixed = (path: string, bytes: Uint8Array, whole: Uint8Array) =>
    bytes.length === whole.length ? bytes : Buffer.concat([bytes, host.read(path).subarray(bytes.length)]);
  return {
    steps: () => steps,
    store: {
      ...store,
      append: halved(store.append),
      keep: (name, contents) => halved((bytes) => (bytes.length === contents.length ? store.keep(name, bytes) : undefined))(contents),
      clear: stepped(store.clear),
    },
    host: {
      ...host,
      ...changing,
      writeFile: (path, contents) => halved((bytes) => host.writeFile(path, mixed(path, bytes, contents)))(contents),
    },
  };
}
