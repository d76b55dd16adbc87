import type { Peer } from "../../decoy/peer.ts";
import type { VirtualFileSystem } from "../files/virtual-file-system.ts";
import type { Execution, SystemView, TerminalView } from "../program.ts";
import type { Description } from "./description.ts";
import type { Kernel } from "./kernel.ts";
import { Pipe, PipeMemory } from "./pipe.ts";
import type { TaskProcess } from "./task-process.ts";

/** A program as the loader starts it: commands see only `Process` of it, shells see all. */
export interface LoadedProgram {
  readonly name: string;
  readonly run: (process: TaskProcess) => Execution;
}

/** A terminal as the kernel sees it. */
export interface TerminalDevice extends TerminalView {
  /** The process group that may read and gets the keyboard's signals. */
  foreground: number;
  open(): Description;
}

/** The parts of one emulated machine, for those who run on it. */
export class Computer {
  readonly peer: Peer;
  readonly kernel: Kernel;
  readonly fs: VirtualFileSystem;
  readonly programs: ReadonlyMap<string, LoadedProgram>;
  readonly view: SystemView;
  readonly terminals = new Map<string, TerminalDevice>();
  readonly #fifos = new Map<number, Pipe>();
  readonly #pipeMemory = new PipeMemory();
  #nextPipe = 20_000;

  constructor(parts: {
    peer: Peer;
    kernel: Kernel;
    fs: VirtualFileSystem;
    programs: ReadonlyMap<string, LoadedProgram>;
    view: SystemView;
  }) {
    this.peer = parts.peer;
    this.kernel = parts.kernel;
    this.fs = parts.fs;
    this.programs = parts.programs;
    this.view = parts.view;
  }

  pipe(): Pipe {
    this.#nextPipe += 1;
    return new Pipe(this.#nextPipe, this.#pipeMemory);
  }

  /** The one pipe behind a fifo. */
  fifo(inode: number, path: string): Pipe {
    const known = this.#fifos.get(inode) ?? new Pipe(inode, this.#pipeMemory, path);
    this.#fifos.set(inode, known);
    return known;
  }
}
