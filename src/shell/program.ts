import type { CaptureMeta } from "../decoy/capture.ts";
import type { Endpoint } from "../decoy/endpoint.ts";
import type { Machine, Persona, User } from "../decoy/persona.ts";
import type { Observation } from "../events/observation.ts";
import type { Credentials, Errno, ErrnoName, FileSystem, Ok, OpenFile, OpenHow, Stat } from "./file-system.ts";

/**
 * The contract for commands: what a program of the emulated system is given, and all that it can do.
 * A program is a generator, so that it can be stopped anywhere: it never loops without yielding. Every helper that may block (`read`,
 * `write`, `sleep`, `wait`) is a generator to be delegated to with `yield*`, and charges the visitor's budget by the bytes moved;
 * a loop that computes without input or output calls `yield* process.charge(n)`.
 * All text is bytes in disguise: one code unit (0-255) a byte. Use `decodeUtf8` where characters matter (`wc -m`), and nowhere else.
 * Programs hold no state between runs, draw no time or chance but from `process.system`, and know no persona constant.
 */
export interface Program {
  /** As in argv[0], such as `wc`. */
  readonly name: string;
  /** Runs to the exit status, 0 to 255. */
  readonly run: (process: Process) => Execution;
}

/** A computation that may pause. Programs pass waits on with `yield*` and look into none. */
export type Execution<R = number> = Generator<Wait, R, Woken>;

/** Why an execution pauses; made by the helpers of `Process` only. */
export type Wait =
  /** The budget of this turn is spent: others go first. */
  | { readonly on: "turn" }
  /** Until one of the queues is woken, or `forMs` has passed. */
  | { readonly on: "queues"; readonly queues: readonly WaitQueue[]; readonly forMs?: number }
  /** Runs `call` on the process's own stack, so that deep recursion costs no stack of ours. */
  | { readonly on: "call"; readonly call: () => Execution; result: number };

/** What ended a wait: it was woken, the time passed, or a signal arrived that the process catches. */
export type Woken = "woken" | "timeout" | "signal";

/** Those who wait for one thing, such as bytes in a pipe. */
export interface WaitQueue {
  add(wake: () => void): void;
  remove(wake: () => void): void;
  wake(): void;
}

/** A running program's view of itself. */
export interface Process extends ProcessIo, ProcessFiles, ProcessChildren {
  readonly pid: number;
  readonly parent: number;
  /** argv[0] is the name it was called by. */
  readonly argv: readonly string[];
  /** argv without argv[0]. */
  readonly args: readonly string[];
  /** What stands before its error messages: argv[0] as called (GNU), its last part only (busybox). */
  readonly name: string;
  /** Whose error messages, options and layouts it shows. */
  readonly flavour: "gnu" | "busybox";
  readonly environment: Map<string, string>;
  readonly credentials: Credentials;
  /** Absolute path of the working directory. */
  directory: string;
  /** File mode creation mask. */
  umask: number;
  /** The controlling terminal; absent without one (exec channels). */
  readonly terminal: TerminalView | undefined;
  readonly system: SystemView;
  /** Pays for `steps` small operations (about 1 µs each); pauses when the turn's budget is spent. */
  charge(steps: number): Execution<void>;
  /** Counts memory that the program keeps until it ends, beyond what it reads with `readAll`; a visitor who holds too much loses the process. */
  hold(bytes: number): Execution<void>;
  /** Pauses for `ms` milliseconds; true when a caught signal ended it early. */
  sleep(ms: number): Execution<boolean>;
  /** Sets what a signal (name without SIG) does: `ignore` (inherited by children, as nohup wants), `catch` (it ends waits early), `default`. */
  onSignal(name: string, reaction: "ignore" | "catch" | "default"): void;
  /** Reports to the operator. */
  observe(observation: Observation): void;
  /** Offers bytes to quarantine that are not in a file, such as what a stager decoded. */
  capture(meta: CaptureMeta, bytes: string): void;
}

export interface ProcessIo {
  /** Up to `maxBytes` (64 KiB unless told) from a descriptor; "" at the end. A read error ends as the end does; `lastError` tells. */
  read(fd: number, maxBytes?: number): Execution<string>;
  /** What comes within `forMs`; undefined: nothing did, or a caught signal came first. */
  readWithin(fd: number, forMs: number): Execution<string | undefined>;
  /** One line with its newline (the last may have none); undefined at the end. Never takes more than the line. */
  readLine(fd: number, delimiter?: string): Execution<string | undefined>;
  /** All that is left, at most `maxBytes` (16 MiB unless told). */
  readAll(fd: number, maxBytes?: number): Execution<string>;
  /** Writes all; waits while the other side does not read. A reader that is gone kills the process (SIGPIPE); other errors are returned. */
  write(fd: number, bytes: string): Execution<Ok | Errno>;
  /** Writes to standard output. */
  print(bytes: string): Execution<Ok | Errno>;
  /** Writes `name: message` and a newline to standard error; returns `status` (1 unless told), so that `return yield* process.fail(...)` reads well. */
  fail(message: string, status?: number): Execution;
  /** `fail`, and then `Try 'name --help' for more information.` (GNU) or nothing (busybox). */
  failUsage(message: string, status?: number): Execution;
  /** Opens `path` for reading, `-` being standard input; on failure prints `name: path: reason` and gives undefined. */
  openInput(path: string): Execution<number | undefined>;
  /** True when the descriptor is a terminal. */
  isTerminal(fd: number): boolean;
  /** The error of the last `read` on this descriptor, such as EISDIR; undefined when it ended well. */
  lastError(fd: number): ErrnoName | undefined;
}

export interface ProcessFiles {
  /** The file system as this process sees it: with its credentials, paths relative to its directory. */
  readonly fs: BoundFiles;
  /** `path` made absolute (not normalised, links not followed). */
  absolute(path: string): string;
  /** Opens a file and gives its descriptor, the lowest free one. `mode` is before the umask (0666 unless told). */
  open(path: string, how: OpenHow): number | Errno;
  close(fd: number): void;
  /** What is open: path as in /proc/self/fd, such as /tmp/x, pipe:[123], /dev/pts/0; undefined: closed. */
  describe(fd: number): string | undefined;
}

export interface ProcessChildren {
  /** Starts another program; it runs when this one waits. ENOENT: not found in PATH; EACCES: not executable; EAGAIN: too many processes. */
  spawn(request: SpawnRequest): number | SpawnErrno;
  /** Waits for a child to end: its exit status, 128 + n after signal n. */
  wait(pid: number): Execution;
  /** The same, but at most so long: undefined when it still runs. */
  waitWithin(pid: number, forMs: number): Execution<number | undefined>;
  /** `spawn` and `wait`; an errno when it could not be started. */
  runChild(request: SpawnRequest): Execution<number | SpawnErrno>;
  /** Goes on as another program in this process (env, nohup, nice, busybox): `return yield* process.exec(...)`. An errno when it cannot. */
  exec(argv: readonly string[], path?: string): Execution<number | SpawnErrno>;
  /** A pipe: the descriptors to read from and to write to. */
  pipe(): readonly [read: number, write: number];
  /** Sends a signal (name without SIG; "0" only tests); ESRCH: no such process. */
  kill(pid: number, signal: string): Ok | SpawnErrno;
}

export interface SpawnRequest {
  readonly argv: readonly string[];
  /** Where the program is; absent: argv[0], looked up in PATH when it has no slash. */
  readonly path?: string;
  readonly environment?: ReadonlyMap<string, string>;
  readonly directory?: string;
  readonly credentials?: Credentials;
  /** The child's descriptors from ours, such as [[0, 5], [1, 1]] (child's, ours); absent: all of ours. */
  readonly descriptors?: readonly (readonly [number, number])[];
}

export interface SpawnErrno {
  readonly errno: ErrnoName | "EAGAIN" | "ESRCH" | "ENOEXEC" | "E2BIG" | "ECHILD";
}

/** `FileSystem` bound to one process: relative paths, its credentials, its umask. */
export interface BoundFiles {
  stat(path: string): Stat | Errno;
  lstat(path: string): Stat | Errno;
  list(path: string): readonly string[] | Errno;
  readLink(path: string): string | Errno;
  realPath(path: string): string | Errno;
  /** The umask is applied; 0777 unless told. */
  makeDirectory(path: string, mode?: number): Ok | Errno;
  /** A fifo, or with `device` a device node (root only). */
  makeNode(
    path: string,
    kind: "fifo" | "character" | "block",
    options?: { readonly mode?: number; readonly device?: { readonly major: number; readonly minor: number } },
  ): Ok | Errno;
  remove(path: string): Ok | Errno;
  removeDirectory(path: string): Ok | Errno;
  rename(from: string, to: string): Ok | Errno;
  link(from: string, to: string): Ok | Errno;
  symlink(target: string, path: string): Ok | Errno;
  chmod(path: string, mode: number): Ok | Errno;
  chown(path: string, owner: { readonly uid: number; readonly gid: number }): Ok | Errno;
  setTimes(path: string, times: { readonly accessMs: number; readonly modifyMs: number }): Ok | Errno;
  truncate(path: string, size: number): Ok | Errno;
  usage(path: string): ReturnType<FileSystem["usage"]>;
  /** May this process read (4), write (2), execute (1) it? As access(2). */
  access(path: string, mode: number): Ok | Errno;
  /** For random access; the caller closes it. */
  openFile(path: string, how: OpenHow): OpenFile | Errno;
  /** A whole file of at most 16 MiB. */
  readFile(path: string): string | Errno;
  /** Replaces the content, or appends; creates the file with 0666 less the umask. */
  writeFile(path: string, bytes: string, how?: { readonly append?: boolean; readonly mode?: number; readonly way?: string }): Ok | Errno;
}

/** The machine around a program. */
export interface SystemView {
  readonly persona: Persona;
  readonly machine: Machine;
  now(): { readonly wallMs: number; readonly monotonicMs: number };
  uptimeSeconds(): number;
  /** Load averages over 1, 5 and 15 minutes; the same everywhere in the system. */
  loadAverage(): readonly [number, number, number];
  /** Unpredictable bytes. */
  random(size: number): string;
  /** 32 bits that are the same for this site and `label` at every visit. */
  seeded(label: string): number;
  readonly users: readonly User[];
  readonly groups: Persona["groups"];
  userById(uid: number): User | undefined;
  userByName(name: string): User | undefined;
  /** All processes, by pid: the persona's and those of this visit. */
  processes(): readonly ProcessInfo[];
  /** Who is logged in, the earliest first. */
  logins(): readonly Login[];
  /** Whether a program of this name exists in our code (busybox asks). */
  hasProgram(name: string): boolean;
  programNames(): readonly string[];
  /** Where the visitor came from. */
  readonly origin: Endpoint;
  /** The address that the visitor connected to. */
  readonly destination: Endpoint;
}

export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly uid: number;
  readonly user: string;
  /** The command line, arguments separated by spaces; in brackets for a kernel thread. */
  readonly command: string;
  /** At most 15 bytes, as /proc/PID/comm. */
  readonly name: string;
  readonly rssKib: number;
  readonly virtualKib: number;
  readonly cpuSeconds: number;
  /** Seconds after boot. */
  readonly startedSeconds: number;
  /** Such as pts/0 or tty1; undefined: none (`?`). */
  readonly terminal: string | undefined;
  /** As ps shows it: S, Ss, R+, I<, ... */
  readonly state: string;
  readonly group: number;
  readonly session: number;
}

export interface Login {
  readonly user: string;
  /** Such as pts/0. */
  readonly terminal: string;
  /** Address or name; empty for the console. */
  readonly from: string;
  readonly sinceWallMs: number;
  /** Milliseconds since the last key. */
  readonly idleMs: number;
  readonly pid: number;
  /** What runs in its foreground. */
  readonly command: string;
}

/** A terminal as programs see it. */
export interface TerminalView {
  /** Such as pts/0. */
  readonly name: string;
  columns: number;
  rows: number;
  readonly settings: TerminalSettings;
}

/** termios, as stty shows it. Flags are named as in termios, lower case. */
export interface TerminalSettings {
  readonly flags: Set<string>;
  /** Control characters by name (intr, quit, erase, kill, eof, eol, start, stop, susp, rprnt, werase, lnext, discard), as code; -1: undef. */
  readonly characters: Map<string, number>;
  speed: number;
}
