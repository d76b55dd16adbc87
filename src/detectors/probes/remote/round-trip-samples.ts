import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { RoundTrips } from "../../views/remote-view.ts";
import type { Scene } from "./measurements.ts";
import { openPacketProbe, type PacketProbe } from "./packet-probe.ts";

/**
 * Families of round-trip times, taken in turn, so that whatever disturbs the network disturbs all of them: TCP set-up of each port, ICMP
 * echo, a neighbour's; first in quiet, then while lines are being sent to open connections.
 */
export interface RoundTripOptions {
  readonly probe: PacketProbe | undefined;
  readonly neighbour?: string;
}

/** One kind of question, and what times it. */
interface Family {
  readonly family: string;
  readonly host: RoundTrips["host"];
  /** Whom the gate is asked for, once a sample of each round; an empty name: the question asks by itself. */
  readonly gates: readonly string[];
  readonly takeMs: () => Promise<number | undefined>;
}

const WITHIN_MS = 900;
const MOST_PORTS = 10;
const MOST_SAMPLES = 60;

/** Echoes make no connection, so more of them may go than connections to one port. */
const ECHOES = ["icmp 0", "icmp 1", "icmp 2"];

export async function takeRoundTrips(scene: Scene, { probe, neighbour }: RoundTripOptions): Promise<readonly RoundTrips[]> {
  const ports = scene.ports
    .filter(({ state, transport }) => state === "open" && transport === "tcp")
    .map(({ port }) => port)
    .slice(0, MOST_PORTS);
  const beside = neighbour === undefined ? undefined : await neighbourProbe(scene, neighbour);
  const families = [...ownFamilies(scene, ports, probe), ...(beside === undefined ? [] : neighbourFamilies(beside, ports))];
  try {
    const quiet = await sample(scene, families, { untilMs: performance.now() + scene.maxMs * 0.6, underLoad: false });
    const busy = scene.quick
      ? []
      : await whileBusy(scene, ports, () =>
          sample(
            scene,
            families.filter(({ host }) => host === "target"),
            { untilMs: performance.now() + scene.maxMs * 0.3, underLoad: true },
          ),
        );
    return [...quiet, ...busy].filter(({ samplesMs }) => samplesMs.length > 0);
  } finally {
    beside?.close();
  }
}

/** Set-up is timed by raw packets where there are any, since those are timed like the echoes that they are compared with. */
function ownFamilies(scene: Scene, ports: readonly number[], probe: PacketProbe | undefined): readonly Family[] {
  const setUp = (port: number) =>
    probe === undefined ? untimedByGate(scene, port) : async () => (await probe.ask({ port, flags: "S" }, WITHIN_MS))?.afterMs;
  const tcp = ports.map((port) => ({
    family: `tcp:${port}`,
    host: "target" as const,
    gates: [probe === undefined ? "" : `${port}`],
    takeMs: setUp(port),
  }));
  return probe === undefined ? tcp : [...tcp, { family: "icmp", host: "target", gates: ECHOES, takeMs: () => echoMs(probe) }];
}

/** `connectMs` asks the gate itself. */
function untimedByGate(scene: Scene, port: number): () => Promise<number | undefined> {
  return () => scene.connectMs(port);
}

async function neighbourProbe(scene: Scene, neighbour: string): Promise<PacketProbe | undefined> {
  const probe = await openPacketProbe(neighbour);
  if (!("absent" in probe)) return probe;
  scene.leftOut(`the neighbour: ${probe.absent}`);
  return undefined;
}

/** A closed port's reset is as good as a SYN-ACK: the kernel answers both. */
function neighbourFamilies(probe: PacketProbe, ports: readonly number[]): readonly Family[] {
  const port = ports[0] ?? 22;
  return [
    { family: "icmp", host: "neighbour", gates: ECHOES.map((name) => `neighbour ${name}`), takeMs: () => echoMs(probe) },
    {
      family: `tcp:${port}`,
      host: "neighbour",
      gates: ["neighbour tcp"],
      takeMs: async () => (await probe.ask({ port, flags: "S" }, WITHIN_MS))?.afterMs,
    },
  ];
}

async function echoMs(probe: PacketProbe): Promise<number | undefined> {
  return (await probe.echo(Buffer.alloc(56), WITHIN_MS))?.afterMs;
}

async function sample(
  scene: Scene,
  families: readonly Family[],
  { untilMs, underLoad }: { readonly untilMs: number; readonly underLoad: boolean },
): Promise<readonly RoundTrips[]> {
  const taken: (Omit<RoundTrips, "samplesMs"> & { readonly samplesMs: number[] })[] = families.map(({ family, host }) => ({
    family,
    host,
    underLoad,
    samplesMs: [],
  }));
  const turns = taken.flatMap(({ samplesMs }, index) =>
    (families[index]?.gates ?? []).map((gate) => ({ samplesMs, gate, family: families[index] })),
  );
  for (let round = 0; round < MOST_SAMPLES && performance.now() < untilMs && !scene.signal.aborted; round++) {
    for (const { samplesMs, gate, family } of turns) {
      const tookMs = family !== undefined && performance.now() < untilMs ? await takeOne(scene, gate, family) : undefined;
      if (tookMs !== undefined) samplesMs.push(tookMs);
    }
  }
  return taken;
}

async function takeOne(scene: Scene, gate: string, { takeMs }: Family): Promise<number | undefined> {
  if (gate === "") return takeMs();
  const leave = await scene.leave(gate);
  if (leave === undefined) return undefined;
  try {
    return await takeMs();
  } finally {
    leave();
  }
}

/** Keeps up to three connections busy with empty lines, about a hundred a second in all, while `work` runs. */
async function whileBusy<T>(scene: Scene, ports: readonly number[], work: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const sockets = await Promise.all(ports.slice(0, 3).map((port) => busySocket(scene, port)));
  const typing = Promise.all(sockets.map((socket) => type(socket, over.signal)));
  try {
    return await work();
  } finally {
    over.abort();
    await typing;
    for (const socket of sockets) socket?.destroy();
  }
}

async function busySocket(scene: Scene, port: number): Promise<Socket | undefined> {
  const leave = await scene.leave(`${port}`);
  if (leave === undefined) return undefined;
  return new Promise((resolve) => {
    const socket = connect({ host: scene.address, port, timeout: 1000 });
    socket.once("close", leave);
    socket.once("connect", () => resolve(socket.resume().setTimeout(0)));
    socket.once("timeout", () => socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.once("close", () => resolve(undefined));
  });
}

async function type(socket: Socket | undefined, signal: AbortSignal): Promise<void> {
  while (socket !== undefined && !signal.aborted && !socket.destroyed && socket.writableLength < 4096) {
    socket.write("\r\n");
    await sleep(30);
  }
}
