import { spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { lookup, Resolver } from "node:dns";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { setPriority } from "node:os";
import { join } from "node:path";
import { setFlagsFromString, writeHeapSnapshot } from "node:v8";
import { Worker } from "node:worker_threads";

/**
 * What an attacker who runs code inside a worker would try. Each attempt runs there and ends with `done` if it got through, or throws.
 * They are tried against targets that whoever asks has put up for the purpose, on this machine, and nothing else.
 */
export const attempts: Readonly<Record<string, (targets: Targets) => unknown>> = {
  "read a file": ({ secret }) => readFileSync(secret, "utf8"),
  "read a folder": ({ folder }) => readdirSync(folder),
  "read through /proc": () => readFileSync("/proc/self/environ"),
  "read through a link": ({ folder, secret }) => symlinkSync(secret, join(folder, "link")),
  "write a file": ({ folder }) => writeFileSync(join(folder, "written"), "x"),
  "open a file for writing": ({ folder }) => closeSync(openSync(join(folder, "opened"), "a")),
  "open a database": async ({ folder }) => openDatabase(join(folder, "database")),
  "attach a database": async ({ folder }) => attachDatabase(join(folder, "attached")),
  "start a program": () => started(spawnSync("/bin/true")),
  "start a program and wait": async () => once(spawn("/bin/true"), "spawn"),
  "load an addon": ({ addon }) => process.dlopen({ exports: {} }, addon),
  "require an addon": ({ addon }) => createRequire(import.meta.url)(addon),
  "connect by TCP": ({ tcpPort }) => reached(connect(tcpPort, "127.0.0.1"), "connect"),
  "listen on TCP": () => reached(createServer().listen(0, "127.0.0.1"), "listening"),
  "send by UDP": ({ udpPort }) => sendUdp(udpPort),
  "connect to a Unix socket": ({ unixSocket }) => reached(connect(unixSocket), "connect"),
  "listen on a Unix socket": ({ folder }) => reached(createServer().listen(join(folder, "listening")), "listening"),
  "ask for a name": () =>
    new Promise((resolve, reject) => lookup("localhost", (error) => (error === null ? resolve("done") : reject(error)))),
  "ask a name server": ({ udpPort }) => askNameServer(udpPort),
  fetch: ({ tcpPort }) => fetch(`http://127.0.0.1:${tcpPort}/`, { signal: AbortSignal.timeout(ATTEMPT_MS) }),
  "open the inspector": async () => (await import("node:inspector")).open(0, "127.0.0.1"),
  "inspect itself": async () => new (await import("node:inspector")).Session().connect(),
  "write a report": ({ folder }) => process.report.writeReport(join(folder, "report")),
  "write a heap snapshot": ({ folder }) => writeHeapSnapshot(join(folder, "heap")),
  "start a thread": async () => once(new Worker("0", { eval: true }), "online"),
  "make code from text": () => Function("return 1")(),
  "reach Node's own bindings": () => nodeBinding("fs"),
  "reach Node's own sockets": () => nodeBinding("tcp_wrap"),
  "reach Node's own processes": () => nodeBinding("spawn_sync"),
  "call foreign functions": async () => import(["node", "ffi"].join(":")),
  "use WASI": async ({ folder }) => new (await import("node:wasi")).WASI({ version: "preview1", preopens: { "/": folder } }),
  "read an environment file": ({ secret }) => process.loadEnvFile(secret),
  "become another program": () => process.execve?.("/bin/true", ["true"], {}),
  "go to another folder": ({ folder }) => process.chdir(folder),
  "become root": () => process.setuid?.(0),
  "signal the sensor": ({ sensorPid }) => process.kill(sensorPid, 0),
  "slow the sensor down": ({ sensorPid }) => setPriority(sensorPid, 1),
  // Last, since the process does not survive it: V8 itself would write the files, and asks no permission model.
  "let V8 write traces": ({ folder }) => traceCompiler(folder),
};

/** Attempts that nothing but an account of the worker's own stops. */
export const NEEDS_ACCOUNT: readonly string[] = ["become root", "signal the sensor", "slow the sensor down"];

/** What an attempt may be made on. */
export interface Targets {
  /** A file that the sensor can read. */
  readonly secret: string;
  /** A folder that anybody may write to. */
  readonly folder: string;
  readonly unixSocket: string;
  readonly tcpPort: number;
  readonly udpPort: number;
  /** A shared object that is readable. */
  readonly addon: string;
  readonly sensorPid: number;
}

/** Makes one attempt: the reason why it failed, or undefined if it got through. */
export async function attempt(name: string, targets: Targets): Promise<string | undefined> {
  // Some of Node's refusals are thrown in a callback of its own.
  const refused = Promise.withResolvers<never>();
  process.once("uncaughtException", refused.reject);
  try {
    await Promise.race([attempts[name]?.(targets), refused.promise]);
    return undefined;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  } finally {
    process.removeListener("uncaughtException", refused.reject);
  }
}

const ATTEMPT_MS = 1_000;

async function openDatabase(path: string): Promise<void> {
  const { DatabaseSync } = await import("node:sqlite");
  new DatabaseSync(path).exec("CREATE TABLE taken (x)");
}

async function attachDatabase(path: string): Promise<void> {
  const { DatabaseSync } = await import("node:sqlite");
  new DatabaseSync(":memory:").exec(`ATTACH '${path}' AS other; CREATE TABLE other.taken (x)`);
}

function started(result: { readonly error?: Error }): void {
  if (result.error !== undefined) throw result.error;
}

async function reached(emitter: NodeJS.EventEmitter, event: string): Promise<void> {
  await once(emitter, event, { signal: AbortSignal.timeout(ATTEMPT_MS) });
}

function sendUdp(port: number): Promise<void> {
  const socket = createSocket("udp4");
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.send("x", port, "127.0.0.1", (error) => (error === null ? resolve() : reject(error)));
  });
}

function askNameServer(port: number): Promise<void> {
  const resolver = new Resolver({ timeout: ATTEMPT_MS, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  return new Promise((resolve, reject) => resolver.resolve4("example.net", (error) => (error === null ? resolve() : reject(error))));
}

function traceCompiler(folder: string): void {
  setFlagsFromString(`--redirect-code-traces-to=${join(folder, "traces")}`);
  setFlagsFromString("--redirect-code-traces");
  setFlagsFromString("--print-opt-code");
}

/** `process.binding` is on its way out of Node and has no types any more; an attacker does not mind. */
function nodeBinding(name: string): unknown {
  const binding: unknown = Reflect.get(process, "binding");
  if (typeof binding !== "function") throw new TypeError("no bindings");
  const bound: unknown = binding.call(process, name);
  return bound;
}
