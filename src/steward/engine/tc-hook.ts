import { OperatorError } from "../../errors/operator-error.ts";
import type { NetworkInterface } from "./host-network.ts";
import { type FoundProgram, findProgram, PROGRAM_NAMES } from "./kernel-objects.ts";
import { errorName, type LibbpfCalls } from "./libbpf-calls.ts";
import { tcAnswer } from "./network-programs.ts";

/**
 * Filters on an interface's clsact queue, at a priority and with handles of our own. They outlive the process that made them (and then pass
 * everything, without its heartbeat), so they carry in their handle what has to be known to undo them: whether the queue was ours too.
 * Filters of others are never touched, and a queue is taken away only if it was ours and is empty.
 */
const POINTS = { ingress: 1, egress: 2 } as const;
type Point = keyof typeof POINTS;

const PRIORITY = 0x5554;
const HANDLES = { ownQueue: 0x55540001, foundQueue: 0x55540002 } as const;
type Queue = keyof typeof HANDLES;

export interface TcPrograms {
  readonly ingress: number;
  readonly egress: number;
}

/**
 * False: what leaves is not seen there.
 *
 * @throws OperatorError `interface-unusable`
 */
export function attachTc(calls: LibbpfCalls, network: NetworkInterface, programs: TcPrograms): boolean {
  const kinds = queueKinds(network.name);
  const queue: Queue = kinds.length > 0 ? "foundQueue" : "ownQueue";
  if (queue === "ownQueue") must(calls.hookCreate(hook(network.index, POINTS.ingress | POINTS.egress)), network, "make a clsact queue");
  attachPoint(calls, network, { point: "ingress", program: programs.ingress, queue });
  // Behind the older `ingress` queue both directions are one.
  if (kinds.includes("ingress")) return false;
  attachPoint(calls, network, { point: "egress", program: programs.egress, queue });
  return true;
}

interface Attachment {
  readonly point: Point;
  readonly program: number;
  readonly queue: Queue;
}

function attachPoint(calls: LibbpfCalls, network: NetworkInterface, { point, program, queue }: Attachment): void {
  const result = calls.attach(hook(network.index, POINTS[point]), filter(HANDLES[queue], program));
  if (result >= 0) return;
  const cause = errorName(result);
  detachTc(calls, network);
  throw new OperatorError("interface-unusable", `The wire engine cannot be attached to ${network.name}, ${point} (${cause}).`);
}

function must(result: number, network: NetworkInterface, what: string): void {
  if (result < 0) throw new OperatorError("interface-unusable", `${network.name}: the kernel does not ${what} (${errorName(result)}).`);
}

/** Programs of ours at an interface's queue. */
export function tcProgramsOn(calls: LibbpfCalls, network: NetworkInterface): readonly FoundProgram[] {
  return placesOn(calls, network).map(({ program }) => program);
}

interface Place {
  readonly point: Point;
  readonly queue: Queue;
  readonly program: FoundProgram;
}

function placesOn(calls: LibbpfCalls, network: NetworkInterface): readonly Place[] {
  const found: Place[] = [];
  for (const point of ["ingress", "egress"] as const)
    for (const queue of ["ownQueue", "foundQueue"] as const) {
      const asked = filter(HANDLES[queue], 0);
      if (calls.query(hook(network.index, POINTS[point]), asked) < 0) continue;
      const program = findProgram(calls, asked.readUInt32LE(16));
      if (program !== undefined && PROGRAM_NAMES.includes(program.name)) found.push({ point, queue, program });
    }
  return found;
}

/** Takes our filters away, and the queue where it was ours and nobody else uses it. True: there was something. */
export function detachTc(calls: LibbpfCalls, network: NetworkInterface): boolean {
  const places = placesOn(calls, network);
  for (const { point, queue } of places) calls.detach(hook(network.index, POINTS[point]), filter(HANDLES[queue], 0));
  if (places.some(({ queue }) => queue === "ownQueue") && isQueueEmpty(network.name))
    calls.hookDestroy(hook(network.index, POINTS.ingress | POINTS.egress));
  return places.length > 0;
}

/** `struct bpf_tc_hook`: sz 8 · ifindex 4 · attach_point 4 · parent 4 */
function hook(index: number, point: number): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.writeBigUInt64LE(24n, 0);
  bytes.writeInt32LE(index, 8);
  bytes.writeUInt32LE(point, 12);
  return bytes;
}

/** `struct bpf_tc_opts`: sz 8 · prog_fd 4 · flags 4 · prog_id 4 · handle 4 · priority 4 */
function filter(handle: number, program: number): Buffer {
  const bytes = Buffer.alloc(32);
  bytes.writeBigUInt64LE(32n, 0);
  bytes.writeInt32LE(program, 8);
  bytes.writeUInt32LE(handle, 20);
  bytes.writeUInt32LE(PRIORITY, 24);
  return bytes;
}

/** Which queues for incoming packets an interface has: `clsact` or `ingress`. */
function queueKinds(name: string): readonly string[] {
  const kinds = tcAnswer("qdisc", "show", "dev", name)?.map((entry) => entry["kind"]);
  return (kinds ?? []).filter((kind) => kind === "clsact" || kind === "ingress");
}

function isQueueEmpty(name: string): boolean {
  return ["ingress", "egress"].every((point) => tcAnswer("filter", "show", "dev", name, point)?.length === 0);
}
