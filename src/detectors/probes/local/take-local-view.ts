import os from "node:os";
import process from "node:process";
import type { CommandAnswer, LocalView, Uname } from "../../views/local-view.ts";
import { type Recorded, recordingFiles } from "../../views/recorded-files.ts";
import { askProcessor, instructionProbe } from "./instruction-probe.ts";
import { readKernelLog } from "./kernel-log.ts";
import { liveFiles } from "./live-files.ts";
import { measureHost, rootFileSystemBytes } from "./measure.ts";

/**
 * Looks at the host that this runs on, as whoever runs it may. What cannot be looked at is missing from the view; nothing that lies on the host
 * makes it throw. The steps run one after the other, since each would spoil the next one's measurements.
 */
export interface LocalProbe {
  /** Where the files of the view are looked up. */
  readonly root?: string;
  /** Runs the battery of shell commands; without it the view has no answers of commands. */
  readonly runBattery?: () => Promise<Readonly<Record<string, CommandAnswer>>>;
  /** The program that asks the processor; undefined: there is none for this one. */
  readonly instructionProbe?: string | undefined;
  /** Whether times are measured, which takes most of the second; they are unless this is false. */
  readonly measures?: boolean;
  /** Called before each step, with what begins. */
  readonly onStep?: (step: LocalStep) => void;
}

export type LocalStep = "processor" | "kernel log" | "measurements" | "commands";

/** How many milliseconds each step usually takes, for showing what is left. */
export const usualStepMs: Readonly<Record<LocalStep, number>> = { processor: 50, "kernel log": 20, measurements: 700, commands: 1500 };

export interface TakenLocalView {
  readonly view: LocalView;
  /** What was asked of the view's files so far: to be called when the detectors have judged, and saved with the view. */
  recorded(): Recorded;
}

/** Without the battery it takes about a second. */
export async function takeLocalView(probe: LocalProbe = {}): Promise<TakenLocalView> {
  const { root = "/", runBattery, measures = true, onStep = () => undefined } = probe;
  const takenAtMs = Date.now();
  const files = recordingFiles(liveFiles(root));
  onStep("processor");
  const instructions = await askProcessor("instructionProbe" in probe ? probe.instructionProbe : instructionProbe());
  onStep("kernel log");
  const kernelLog = readKernelLog();
  if (measures) onStep("measurements");
  const measurements = measures ? await measureHost() : {};
  if (runBattery !== undefined) onStep("commands");
  const commands = (await runBattery?.()) ?? {};
  const uid = process.geteuid?.();
  const rootBytes = rootFileSystemBytes();
  return {
    view: {
      takenAtMs,
      uname: uname(),
      ...(uid === undefined ? {} : { uid }),
      files,
      environment: environment(),
      ...(kernelLog === undefined ? {} : { kernelLog }),
      ...(instructions === undefined ? {} : { instructions }),
      ...(rootBytes === undefined ? {} : { rootBytes }),
      commands,
      measurements,
    },
    recorded: files.recorded,
  };
}

/** From the system call, not from /proc/sys/kernel, so that a view shows where the two differ. */
function uname(): Uname {
  return { system: os.type(), node: os.hostname(), release: os.release(), version: os.version(), machine: os.machine() };
}

/** Names of all variables, values of those that detectors look at: a saved view must not carry the owner's secrets. */
function environment(): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, SHOWN.test(name) ? (value ?? "") : ""]));
}

const SHOWN =
  /^(PATH|HOME|SHELL|TERM|USER|LOGNAME|LANG|LC_\w+|PWD|SHLVL|PS1|PROMPT_COMMAND|HIST\w+|LD_\w+|SSH_(CLIENT|CONNECTION|TTY)|SUDO_USER|container|ENV|BASH_ENV|TMOUT|STY|TMUX|SCRIPT|XDG_SESSION_TYPE)$/;
