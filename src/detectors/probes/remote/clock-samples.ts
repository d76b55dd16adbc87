import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { heardText } from "../../views/exchanges.ts";
import type { ClockView, PortView } from "../../views/remote-view.ts";
import type { Scene } from "./measurements.ts";
import type { PacketProbe } from "./packet-probe.ts";

/**
 * The clocks that a host shows, read several times over a few seconds: the Date headers of its web servers, and the time stamps of its
 * SYN-ACKs, port by port.
 */
const READINGS = 12;
const DATES_EVERY = 3;
const MOST_PORTS = 4;

export async function takeClocks(scene: Scene, probe: PacketProbe | undefined): Promise<readonly ClockView[]> {
  const clocks = clocksOf(scene, probe);
  const everyMs = (scene.maxMs - 600) / READINGS;
  const start = performance.now();
  for (let turn = 0; turn < READINGS && !scene.signal.aborted && clocks.length > 0; turn++) {
    for (const { samples, read, every } of clocks) {
      const reading = turn % every === 0 ? await read() : undefined;
      if (reading !== undefined) samples.push(reading);
    }
    await sleep(Math.max(0, start + (turn + 1) * everyMs - performance.now()));
  }
  return clocks.filter(({ samples }) => samples.length > 0).map(({ source, samples }) => ({ source, samples }));
}

interface Clock {
  readonly source: string;
  readonly samples: Reading[];
  readonly every: number;
  readonly read: () => Promise<Reading | undefined>;
}

function clocksOf(scene: Scene, probe: PacketProbe | undefined): readonly Clock[] {
  const open = scene.ports.filter(({ state, transport }) => state === "open" && transport === "tcp");
  const stamps =
    probe === undefined
      ? []
      : open
          .slice(0, MOST_PORTS)
          .map(({ port }) => ({ source: `tcp-timestamp:${port}`, samples: [], every: 1, read: () => readStamp(scene, probe, port) }));
  const dates = open.filter(isPlainHttp).slice(0, MOST_PORTS);
  return [
    ...stamps,
    ...dates.map(({ port }) => ({ source: `http-date:${port}`, samples: [], every: DATES_EVERY, read: () => readDate(scene, port) })),
  ];
}

interface Reading {
  readonly atMs: number;
  readonly shows: number;
}

function isPlainHttp({ exchanges }: PortView): boolean {
  return exchanges.some((exchange) => exchange.over === "plain" && /^HTTP\/1\.[01] \d{3}/.test(heardText(exchange)));
}

async function readStamp(scene: Scene, probe: PacketProbe, port: number): Promise<Reading | undefined> {
  const leave = await scene.leave(`${port}`);
  if (leave === undefined) return undefined;
  const atMs = scene.sinceStartMs();
  const answer = await probe.ask({ port, flags: "S" }, 400);
  leave();
  const stamp = answer?.segment.options.find((option) => option.kind === "ts");
  return stamp?.kind === "ts" ? { atMs, shows: stamp.value } : undefined;
}

/** The Date header of `HEAD /`, halfway between question and answer. */
async function readDate(scene: Scene, port: number): Promise<Reading | undefined> {
  const leave = await scene.leave(`${port}`);
  if (leave === undefined) return undefined;
  const before = scene.sinceStartMs();
  const head = await askHead(scene.address, port);
  leave();
  const date = Date.parse(/^date: *([^\r\n]{10,40})/im.exec(head)?.[1] ?? "");
  return Number.isNaN(date) ? undefined : { atMs: (before + scene.sinceStartMs()) / 2, shows: date };
}

function askHead(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect({ host, port, timeout: 800 });
    const finish = () => {
      socket.destroy();
      resolve(heard);
    };
    socket.setEncoding("latin1").once("connect", () => socket.write("HEAD / HTTP/1.0\r\n\r\n"));
    socket.on("data", (text: string) => {
      heard += text;
      if (heard.includes("\r\n\r\n") || heard.length > 16_384) finish();
    });
    socket.once("close", finish).once("timeout", finish).on("error", finish);
  });
}
