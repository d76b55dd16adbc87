import { Buffer } from "node:buffer";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { optionsText } from "../../../wire/packets/tcp.ts";
import { ECHO_MARK } from "../../checks/remote/stack/packet-checks.ts";
import type { ClockView, LandView, PacketView, RoundTrips } from "../../views/remote-view.ts";
import { takeClocks } from "./clock-samples.ts";
import type { Measurements, Scene } from "./measurements.ts";
import { openPacketProbe, type PacketProbe, type TcpAnswer } from "./packet-probe.ts";
import { takeRoundTrips } from "./round-trip-samples.ts";

/**
 * What is measured with raw packets and with clocks. Where raw packets can't be had (no right, IPv6), round trips are taken from
 * connections alone and the rest is named as left out.
 */
export interface WireOptions {
  /** An address to compare with, the owner's too. */
  readonly neighbour?: string;
  /** One LAND packet, to a private network only (the caller has checked). */
  readonly land?: boolean;
}

export function wireMeasurements({ neighbour, land = false }: WireOptions = {}): Measurements {
  return {
    roundTrips: (scene): Promise<readonly RoundTrips[]> =>
      withProbe(scene, (probe) => takeRoundTrips(scene, { probe, ...(neighbour === undefined ? {} : { neighbour }) })),
    clocks: (scene): Promise<readonly ClockView[]> => withProbe(scene, (probe) => takeClocks(scene, probe)),
    packets: (scene): Promise<readonly PacketView[] | undefined> =>
      withProbe(scene, (probe) => (probe === undefined ? Promise.resolve(undefined) : takePackets(scene, probe))),
    ...(land ? { land: (scene: Scene) => withProbe(scene, (probe) => takeLand(scene, probe)) } : {}),
  };
}

/** Private networks (RFC 1918), link local, and the addresses of documentation that laboratories use (RFC 5737, RFC 2544). */
export function isLaboratory(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|198\.1[89]\.)/.test(address);
}

async function withProbe<T>(scene: Scene, work: (probe: PacketProbe | undefined) => Promise<T>): Promise<T> {
  const probe = await openPacketProbe(scene.address);
  if ("absent" in probe) {
    scene.leftOut(probe.absent);
    return work(undefined);
  }
  try {
    return await work(probe);
  } finally {
    probe.close();
  }
}

const WITHIN_MS = 700;

/** Ports that no service of any list uses. */
const RANDOM_PORTS = [40_117, 43_789, 47_113, 52_361, 57_907, 61_223];

async function takePackets(scene: Scene, probe: PacketProbe): Promise<readonly PacketView[]> {
  const open = scene.ports.filter(({ state, transport }) => state === "open" && transport === "tcp").map(({ port }) => port);
  const odd = open.slice(0, 1).flatMap((port) => ODD_FLAGS.map(([kind, flags]) => ({ stimulus: `${kind}:${port}`, port, flags })));
  const questions = [
    ...open.slice(0, scene.quick ? 8 : 24).map((port) => ({ stimulus: `syn:${port}`, port, flags: "S" })),
    ...RANDOM_PORTS.filter((port) => !open.includes(port)).map((port) => ({ stimulus: `random-syn:${port}`, port, flags: "S" })),
    ...(scene.quick ? [] : odd),
  ];
  const views: PacketView[] = [await echoView(scene, probe)];
  for (const { stimulus, port, flags } of questions) {
    const leave = await scene.leave(`${port}`);
    if (leave === undefined || scene.signal.aborted) break;
    const answer = await probe.ask({ port, flags }, WITHIN_MS);
    leave();
    views.push(answer === undefined ? { stimulus } : { stimulus, answer: tcpView(answer) });
  }
  return views;
}

const ODD_FLAGS = [
  ["null", ""],
  ["fin", "F"],
  ["xmas", "FPU"],
  ["syn-rst", "SR"],
  ["ack", "A"],
] as const;

function tcpView({ segment, afterMs, ttl, dontFragment, ipId }: TcpAnswer): NonNullable<PacketView["answer"]> {
  return {
    flags: segment.flags,
    ttl,
    dontFragment,
    ipId,
    window: segment.window,
    options: optionsText(segment.options),
    afterMs,
    payload: segment.payload,
  };
}

async function echoView(scene: Scene, probe: PacketProbe): Promise<PacketView> {
  const leave = await scene.leave("icmp");
  const answer = leave === undefined ? undefined : await probe.echo(Buffer.from(`${ECHO_MARK} ${"#".repeat(40)}`, "latin1"), WITHIN_MS);
  leave?.();
  return answer === undefined ? { stimulus: "echo" } : { stimulus: "echo", answer: { ...answer, flags: "", window: 0, options: "" } };
}

/** Connects, sends the one packet, waits a second, and connects again, twice if need be. */
async function takeLand(scene: Scene, probe: PacketProbe | undefined): Promise<LandView | undefined> {
  const port = scene.ports.find(({ state, transport }) => state === "open" && transport === "tcp")?.port;
  if (probe === undefined || port === undefined) {
    scene.leftOut(port === undefined ? "no open port" : "no raw packets");
    return undefined;
  }
  const answeredBefore = await answers(scene, port);
  if (answeredBefore && !probe.land(port)) {
    scene.leftOut("this kernel refused to send the packet");
    return undefined;
  }
  await sleep(1000);
  const answeredAfter = (await answers(scene, port)) || (await answers(scene, port));
  if (!scene.signal.aborted) return { port, answeredBefore, answeredAfter };
  scene.leftOut("it was ended before the second connection could show anything");
  return undefined;
}

async function answers({ address, leave, signal }: Scene, port: number): Promise<boolean> {
  const done = await leave(`${port}`);
  if (done === undefined || signal.aborted) return false;
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: 1200 });
    const finish = (answered: boolean) => {
      socket.destroy();
      done();
      resolve(answered);
    };
    socket
      .once("connect", () => finish(true))
      .once("error", () => finish(false))
      .once("timeout", () => finish(false));
  });
}
