import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Change } from "../../src/steward/ledger/change.ts";
import type { HostPort } from "../../src/steward/ledger/host-port.ts";
import { Ledger } from "../../src/steward/ledger/ledger.ts";
import { folderStore, type LedgerStore } from "../../src/steward/ledger/ledger-store.ts";
import { realHost } from "../../src/steward/ledger/real-host.ts";

/** A small root with what is hard to bring back, and a kernel that is a file. */
export function makeRoot(folder: string): void {
  execFileSync("sh", ["-eu", "-c", SCRIPT], { cwd: folder });
  execFileSync("/usr/bin/python3", ["-c", "import os, sys; os.setxattr(sys.argv[1], 'user.note', b'kept')", join(folder, "root/etc/motd")]);
}

const SCRIPT = `
mkdir -p root/etc root/opt root/bin
echo 'Debian GNU/Linux' >root/etc/issue
ln root/etc/issue root/etc/issue.hard
printf 'a longer text than what comes in its place\\n' >root/etc/motd
echo tool >root/bin/tool; chmod 4755 root/bin/tool
echo s >root/etc/shadow; chmod 640 root/etc/shadow; chown 0:42 root/etc/shadow
ln -s issue root/etc/link
touch -m -d @1500000000.123456789 root/etc/* root/bin/tool
touch -m -d @1400000000.987654321 root/etc root/opt root/bin root
touch -h -m -d @1300000000.5 root/etc/link
echo '{"ttl":"64"}' >kernel
`;

export function changesIn(root: string): readonly Change[] {
  const text = (contents: string) => Buffer.from(contents).toString("base64");
  return [
    { kind: "file", path: join(root, "etc/issue"), contents: text("svr04, a sensor of the honeynet\n") },
    { kind: "file", path: join(root, "etc/motd"), contents: text("short\n"), mode: 0o600, modified: "1600000000000000001" },
    { kind: "file", path: join(root, "bin/tool"), contents: text("other\n") },
    { kind: "directory", path: join(root, "opt/cowrie"), mode: 0o750, gid: 4 },
    {
      kind: "file",
      path: join(root, "opt/cowrie/cowrie.cfg"),
      contents: text("[honeypot]\n"),
      mode: 0o640,
      modified: "1600000000000000000",
    },
    { kind: "link", path: join(root, "opt/kippo"), target: "cowrie" },
    { kind: "attributes", path: join(root, "etc/shadow"), mode: 0o600, uid: 1, gid: 1, modified: "1" },
    { kind: "mount", path: "/sys/class/dmi/id/sys_vendor", source: "/var/lib/x", type: "none", options: "bind" },
    { kind: "sysctl", name: "ttl", value: "128" },
    { kind: "module", name: "vmxnet3", parameters: [] },
    { kind: "process", token: "twistd-1", command: ["/bin/sleep", "1000"] },
    { kind: "file", path: join(root, "etc/issue"), contents: text("twice\n") },
  ];
}

/** This host's files, and mounts, settings, modules and processes that are lines of a file. */
export function hostWith(kernel: string): HostPort {
  const get = (): Record<string, string> => JSON.parse(readFileSync(kernel, "utf8"));
  const set = (name: string, value: string | undefined) => {
    const { [name]: _, ...others } = get();
    writeFileSync(`${kernel}.new`, `${JSON.stringify(value === undefined ? others : { ...others, [name]: value })}\n`);
    renameSync(`${kernel}.new`, kernel);
  };
  return {
    ...realHost(),
    mounted: (path) => get()[path],
    mount: ({ path, type, source }) => set(path, `${type} ${source}`),
    unmount: (path) => set(path, undefined),
    sysctl: (name) => get()[name],
    setSysctl: set,
    isLoaded: (name) => get()[name] !== undefined,
    loadModule: ({ name }) => set(name, "loaded"),
    unloadModule: (name) => set(name, undefined),
    running: (token) => get()[token],
    startProcess: ({ token }) => set(token, "17 1"),
    stopProcess: (token) => set(token, undefined),
  };
}

export function storeIn(folder: string): LedgerStore {
  return folderStore(join(folder, "ledger"));
}

/** Extended attributes of a path, which Node cannot read, in one line. */
export function attributesBelow(root: string): (path: string) => string {
  const program =
    "import os, sys, json; w = [os.path.join(d, n) for d, ds, fs in os.walk(sys.argv[1]) for n in [''] + ds + fs]; " +
    "print(json.dumps({os.path.normpath(p): {a: os.getxattr(p, a, follow_symlinks=False).hex() for a in os.listxattr(p, follow_symlinks=False)} for p in w}))";
  const all: Record<string, unknown> = JSON.parse(execFileSync("/usr/bin/python3", ["-c", program, root], { encoding: "utf8" }));
  return (path) => JSON.stringify(all[path.replace(/\/$/, "")] ?? "not seen");
}

export function kernelOf(folder: string): unknown {
  const file = join(folder, "kernel");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/** The folder's ports, which call `stop` at their n-th step: before a call, behind it, and in the middle of a write. */
export function steppingPorts(folder: string, at: number, stop: () => void): { store: LedgerStore; host: HostPort; steps: () => number } {
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
  const store = storeIn(folder);
  const host = hostWith(join(folder, "kernel"));
  const changing = {
    createFile: stepped(host.createFile),
    createDirectory: stepped(host.createDirectory),
    createLink: stepped(host.createLink),
    remove: stepped(host.remove),
    setMode: stepped(host.setMode),
    setOwner: stepped(host.setOwner),
    setModified: stepped(host.setModified),
    mount: stepped(host.mount),
    unmount: stepped(host.unmount),
    setSysctl: stepped(host.setSysctl),
    loadModule: stepped(host.loadModule),
    unloadModule: stepped(host.unloadModule),
    startProcess: stepped(host.startProcess),
    stopProcess: stepped(host.stopProcess),
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

export function makeOrUndo(what: string | undefined, folder: string, { store, host }: { store: LedgerStore; host: HostPort }): void {
  const ledger = new Ledger(store, host);
  const conflicts = what === "revert" ? ledger.revert() : changesIn(join(folder, "root")).map((change) => ledger.apply(change));
  if (conflicts.some((conflict) => conflict !== undefined)) throw new Error(JSON.stringify(conflicts));
}
