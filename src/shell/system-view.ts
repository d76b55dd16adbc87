import type { Endpoint } from "../decoy/endpoint.ts";
import type { Peer } from "../decoy/peer.ts";
import type { Persona, User } from "../decoy/persona.ts";
import { fromBytes } from "./bytes.ts";
import type { Kernel } from "./kernel/kernel.ts";
import type { Task } from "./kernel/task.ts";
import type { Login, ProcessInfo, SystemView } from "./program.ts";
import { hash32 } from "./seed.ts";

/** What programs can learn of the machine: the persona's standing facts, and what this visit runs. All who ask get the same answer. */
export interface ViewPorts {
  readonly peer: Peer;
  readonly kernel: Kernel;
  readonly programNames: () => readonly string[];
  readonly logins: () => readonly Login[];
  readonly destination: Endpoint;
}

export function systemView(ports: ViewPorts): SystemView {
  const { peer, kernel } = ports;
  const { persona } = peer;
  const { machine } = persona;
  const byId = (uid: number) => persona.users.find((user) => user.uid === uid);
  return {
    persona,
    machine,
    now: () => peer.now(),
    uptimeSeconds: () => Math.max(0, (peer.now().wallMs - machine.bootWallMs) / 1000),
    loadAverage: () => loadAverage(persona.seed, peer.now().wallMs),
    random: (size) => fromBytes(peer.random(size)),
    seeded: (label) => hash32(`${persona.seed} ${label}`),
    users: persona.users,
    groups: persona.groups,
    userById: byId,
    userByName: (name) => persona.users.find((user) => user.name === name),
    processes: () => processList(peer, kernel, byId),
    logins: ports.logins,
    hasProgram: (name) => ports.programNames().includes(name),
    programNames: ports.programNames,
    origin: peer.visitor,
    destination: ports.destination,
  };
}

/** Small loads that drift from minute to minute, the same for all who ask within it. */
function loadAverage(seed: string, wallMs: number): readonly [number, number, number] {
  const at = (minutes: number) => {
    const step = Math.floor(wallMs / (minutes * 60_000));
    const [before, after] = [hash32(`${seed} load ${minutes} ${step}`) % 1000, hash32(`${seed} load ${minutes} ${step + 1}`) % 1000];
    const part = (wallMs % (minutes * 60_000)) / (minutes * 60_000);
    const level = (before * (1 - part) + after * part) / 1000;
    return Math.round(level ** 3 * 60) / 100;
  };
  // Whatever runs by the clock leaves a trace in the longest span.
  return [at(1), at(5), Math.max(0.01, at(15))];
}

function processList(peer: Peer, kernel: Kernel, byId: (uid: number) => User | undefined): readonly ProcessInfo[] {
  const running = kernel.tasks().map((task) => taskInfo(peer, task, byId));
  return [...standingList(peer.persona), ...running].sort((one, other) => one.pid - other.pid);
}

const standing = new WeakMap<Persona, readonly ProcessInfo[]>();

/** Every look into /proc asks for them: made once a persona. */
function standingList(persona: Persona): readonly ProcessInfo[] {
  const made = standing.get(persona) ?? persona.machine.processes.map((one) => standingInfo(persona, one));
  standing.set(persona, made);
  return made;
}

/** A process that the persona runs since boot. */
function standingInfo(persona: Persona, one: Persona["machine"]["processes"][number]): ProcessInfo {
  const { pid, user } = one;
  const kernelThread = one.command.startsWith("[");
  const group = kernelThread ? 0 : pid;
  const uid = persona.users.find((known) => known.name === user)?.uid ?? 0;
  return { ...one, uid, name: standingName(persona, one), terminal: one.terminal, state: one.state ?? "S", group, session: group };
}

function standingName(persona: Persona, { pid, command }: { readonly pid: number; readonly command: string }): string {
  if (pid === 1 && persona.machine.versions["systemctl"] !== undefined) return "systemd";
  if (command.startsWith("[")) return command.slice(1, -1);
  const argv0 = (command.split(" ")[0] ?? "").replace(/:$/, "");
  return argv0.slice(argv0.lastIndexOf("/") + 1).slice(0, 15);
}

function taskInfo(peer: Peer, task: Task, byId: (uid: number) => User | undefined): ProcessInfo {
  const { pid, credentials, name, terminal, group, session } = task;
  const size = hash32(`${peer.persona.seed} size ${name}`);
  const ended = task.ending !== undefined;
  const startedSeconds = Math.max(0, Math.floor((task.startedWallMs - peer.persona.machine.bootWallMs) / 1000));
  return {
    pid,
    name,
    terminal,
    group,
    session,
    startedSeconds,
    parent: task.parent?.pid ?? 1,
    uid: credentials.uid,
    user: byId(credentials.uid)?.name ?? String(credentials.uid),
    command: ended ? `[${name}] <defunct>` : task.argv.join(" "),
    rssKib: ended ? 0 : 900 + (size % 4000),
    virtualKib: ended ? 0 : 2400 + (size % 7000),
    cpuSeconds: Math.floor(task.steps / 1_000_000),
    state: stateLetters(task),
  };
}

function stateLetters(task: Task): string {
  const letters = { ready: "R", waiting: "S", stopped: "T", ended: "Z" } as const;
  return `${letters[task.state]}${task.session === task.pid ? "s" : ""}${task.terminal === undefined ? "" : "+"}`;
}
