/**
 * Runs in the guest: a host and, in a network namespace of its own behind two cables, a neighbour with four addresses on each. A suspect, a
 * stranger, a known and a trusted source are that neighbour under one of them each.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { promisify } from "node:util";
import koffi from "koffi";
import type { Engine } from "../../../src/steward/engine/engine.ts";
import type { EngineSettings } from "../../../src/steward/engine/engine-settings.ts";

export type Source = "suspect" | "stranger" | "known" | "trusted";
const NUMBERS: Readonly<Record<Source, number>> = { suspect: 2, stranger: 3, known: 4, trusted: 5 };
export type Cable = 0 | 1;
const PREFIXES: readonly (readonly [four: string, six: string])[] = [
  ["192.0.2.", "2001:db8:1::"],
  ["198.51.100.", "2001:db8:2::"],
];
const HOST_NUMBER = 1;
const PORT = 7;
/** More than one window. */
const MUCH = 40_000;
const MOST_TRIES = 6;
export const DELAY_MS = 400;

const addressesOf = (number: number, cable: Cable) => (PREFIXES[cable] ?? []).map((prefix) => `${prefix}${number}`);
const allOf = (source: Source) => ([0, 1] as const).flatMap((cable) => addressesOf(NUMBERS[source], cable));

export function say(name: string, value: unknown): void {
  process.stdout.write(`@ ${name} ${JSON.stringify(value)}\n`);
}

/** What a script of sh(1) printed, whatever became of it. */
export async function sh(script: string): Promise<string> {
  const run = promisify(execFile);
  const { stdout } = await run("/bin/sh", ["-c", `{ ${script}\n} 2>&1; true`], { maxBuffer: 1 << 24 });
  return stdout.trim();
}

/** @throws Error with what was printed where a command fails */
export async function must(script: string): Promise<void> {
  const printed = await sh(`set -e; ${script}\necho all is done`);
  if (!printed.endsWith("all is done")) throw new Error(printed);
}

export async function loadModules(...names: readonly string[]): Promise<void> {
  for (const name of names)
    for (const one of readFileSync(`/modules/${name}.order`, "utf8").split("\n").filter(Boolean))
      await must(`[ -d /sys/module/${one} ] || insmod /modules/${one}.ko`);
}

/** `h0` and `h1` on the host, `f0` and `f1` on the neighbour; the host echoes what it is sent. */
export async function makeCables(): Promise<void> {
  await must("mkdir -p /run/netns; ip link set lo up; ip netns add far");
  for (const cable of [0, 1] as const) {
    const far = Object.values(NUMBERS).flatMap((number) => addresses(`ip -n far address add dev f${cable}`, number, cable));
    await must(`
      ip link add h${cable} type veth peer name f${cable} netns far
      ${[...addresses(`ip address add dev h${cable}`, HOST_NUMBER, cable), ...far].join("\n")}
      ip link set h${cable} up; ip -n far link set f${cable} up`);
  }
  createServer({ allowHalfOpen: true }, (socket) => socket.on("error", () => socket.destroy()).pipe(socket)).listen(PORT, "::");
}

function addresses(command: string, ...[number, cable]: readonly [number, Cable]): readonly string[] {
  const [four, six] = addressesOf(number, cable);
  return [`${command} ${four}/24`, `${command} ${six}/64 nodad`];
}

/** The least of three round trips of ping(8), in milliseconds, for each version of IP; -1: no answer. */
export async function pings(source: Source, cable: Cable): Promise<readonly number[]> {
  const least: number[] = [];
  for (const [index, address] of addressesOf(NUMBERS[source], cable).entries()) {
    const to = addressesOf(HOST_NUMBER, cable)[index];
    const printed = await sh(`nsenter --net=/run/netns/far ping -c 3 -i 0.1 -W 5 -I ${address} ${to}`);
    const times = [...printed.matchAll(/time=([\d.]+) ms/g)].map(([, time]) => Number(time));
    least.push(times.length === 0 ? -1 : Math.min(...times));
  }
  return least;
}

/** How long connections take to be taken, and whether what was sent came back whole; for each version of IP. */
async function talks(source: Source, cable: Cable): Promise<readonly (readonly [connectMs: number, isWhole: boolean])[]> {
  const found: (readonly [number, boolean])[] = [];
  for (const [index, localAddress] of addressesOf(NUMBERS[source], cable).entries())
    found.push(await talk({ host: addressesOf(HOST_NUMBER, cable)[index] ?? "", localAddress }, MUCH));
  return found;
}

async function talk({ host, localAddress }: { host: string; localAddress: string }, bytes: number) {
  const sent = Buffer.alloc(bytes, "some text ");
  const since = performance.now();
  const socket = inFar(() => connect({ host, port: PORT, localAddress, allowHalfOpen: true }));
  const heard: Buffer[] = [];
  let connectMs = Number.NaN;
  socket.once("connect", () => {
    connectMs = performance.now() - since;
    socket.end(sent);
  });
  for await (const chunk of socket) heard.push(Buffer.from(chunk));
  return [connectMs, Buffer.concat(heard).equals(sent)] as const;
}

let setNetwork: ((fd: number, kind: number) => number) | undefined;

/** Node makes a connection's socket in the tick after the one it was asked in: for that tick this process is in the neighbour's network. */
function inFar<T>(act: () => T): T {
  setNetwork ??= koffi.load("libc.so.6").func("int setns(int, int)");
  process.nextTick(() => enter("/run/netns/far"));
  const made = act();
  process.nextTick(() => enter("/proc/1/ns/net"));
  return made;
}

function enter(path: string): void {
  const fd = openSync(path, "r");
  if (setNetwork?.(fd, CLONE_NEWNET) !== 0) throw new Error(`setns: ${path}`);
  closeSync(fd);
}

const CLONE_NEWNET = 0x40000000;

/**
 * Pings and connections of each source over a cable, told as `CABLE-SOURCE`. On a full machine this process now and then gets no turn, or the
 * engine none, which then lets everything pass: so what is not as it should be is asked again, a few times.
 */
export async function everybody(cable: Cable): Promise<void> {
  for (const source of ["suspect", "stranger", "known", "trusted"] as const) {
    const isRight = (milliseconds: number) =>
      source === "suspect" ? milliseconds >= DELAY_MS : milliseconds >= 0 && milliseconds < DELAY_MS;
    const echoes = await untilAll(() => pings(source, cable), isRight);
    const talked = await untilAll(
      () => talks(source, cable),
      ([connectMs]) => isRight(connectMs),
    );
    say(`${cable}-${source}`, [echoes, talked]);
  }
}

async function untilAll<T>(ask: () => Promise<readonly T[]>, isRight: (one: T) => boolean): Promise<readonly T[]> {
  let answers = await ask();
  for (let tries = 1; tries < MOST_TRIES && !answers.every(isRight); tries += 1) answers = await ask();
  return answers;
}

/** The suspect is one on each cable; the trusted source was, and is trusted since. */
export function standAll(engine: Engine): void {
  for (const source of ["suspect", "trusted"] as const)
    for (const address of allOf(source)) engine.stand(address, { state: "suspect", forMs: 3_600_000 });
  for (const address of allOf("trusted")) engine.trust(address);
}

/** The engine in a process of its own, and what it says of itself. */
export async function engineUp(settings: EngineSettings): Promise<{ readonly child: ChildProcess; readonly status: unknown }> {
  const child = spawn(process.execPath, ["test/guest/wire/engine.ts", JSON.stringify(settings)], { stdio: ["pipe", "pipe", "inherit"] });
  const [line]: readonly unknown[] = await once(child.stdout, "data");
  return { child, status: JSON.parse(`${line}`) };
}
