/**
 * Who asked, as the kernel module tells it in its `events` file (kernel/module/events.c): a line for each event, each given once. The module is ours, but the
 * names in it are what processes call themselves: they come as digits, and are bytes here, a character each, until somebody prints them (`visible`).
 */
export interface ModuleEvent {
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** `port`: the VMware port. `message`: its high-bandwidth neighbour. `ioperm`: somebody opened the port for himself. `cpuid`: the hypervisor's leaves. */
  readonly kind: ModuleEventKind;
  /** Command of the port, or leaf of CPUID. */
  readonly command: number;
  /** Whether a task in scope was answered. */
  readonly answered: boolean;
  readonly pid: number;
  readonly tid: number;
  readonly uid: number;
  /** cgroup v2 id. */
  readonly cgroup: bigint;
  /** The process's own name for itself: hostile; a character a byte. */
  readonly comm: string;
}

const kinds = ["port", "message", "ioperm", "cpuid"] as const;
export type ModuleEventKind = (typeof kinds)[number];

export interface ReadEvents {
  readonly events: readonly ModuleEvent[];
  /** Lines that are no events: none, unless module and reader are of different versions. */
  readonly malformed: number;
}

const LINE =
  /^sequence=(\d{1,15}) time=(\d{1,20}) kind=([a-z]+) command=(\d{1,10}) answered=([01]) pid=(\d{1,10}) tid=(\d{1,10}) uid=(\d{1,10}) cgroup=(\d{1,20}) comm=((?:[0-9a-f]{2}){0,16})$/;
const NANOSECONDS_A_MS = 1_000_000n;

export function parseEvents(text: string): ReadEvents {
  const lines = text.split("\n").filter(Boolean);
  const events = lines.map(parseEvent).filter((event) => event !== undefined);
  return { events, malformed: lines.length - events.length };
}

function parseEvent(line: string): ModuleEvent | undefined {
  const [, sequence, time, kindName, command, answered, pid, tid, uid, cgroup, comm] = LINE.exec(line) ?? [];
  const kind = kinds.find((one) => one === kindName);
  if (kind === undefined || time === undefined || cgroup === undefined || comm === undefined) return undefined;
  return {
    sequence: Number(sequence),
    atMs: Number(BigInt(time) / NANOSECONDS_A_MS),
    kind,
    command: Number(command),
    answered: answered === "1",
    pid: Number(pid),
    tid: Number(tid),
    uid: Number(uid),
    cgroup: BigInt(cgroup),
    comm: Buffer.from(comm, "hex").toString("latin1"),
  };
}
