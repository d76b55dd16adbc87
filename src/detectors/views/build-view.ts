import type { Instructions, LocalView } from "./local-view.ts";
import { type Contents, memoryFiles } from "./memory-files.ts";
import type { Exchange, PortView, RemoteView } from "./remote-view.ts";

/** A local view that was only thought of: nothing is there but what is named. */
export function localView(
  parts: Partial<Omit<LocalView, "files" | "instructions">> & {
    readonly files?: Contents;
    readonly instructions?: Partial<Instructions>;
  } = {},
): LocalView {
  const { files = {}, instructions, ...rest } = parts;
  return {
    takenAtMs: 1_700_000_000_000,
    commands: {},
    measurements: {},
    ...rest,
    ...(instructions === undefined ? {} : { instructions: { ...NO_INSTRUCTIONS, ...instructions } }),
    files: memoryFiles(files),
  };
}

/** A view in which nothing was looked at: every check must answer "unknown" to it. */
export const blindLocalView: LocalView = { takenAtMs: 0, files: memoryFiles({}, "unknown"), commands: {}, measurements: {} };

/** A remote view that was only thought of. */
export function remoteView(parts: Partial<RemoteView> = {}): RemoteView {
  return {
    target: "192.0.2.1",
    address: "192.0.2.1",
    takenAtMs: 1_700_000_000_000,
    ports: [],
    roundTrips: [],
    clocks: [],
    leftOut: [],
    ...parts,
  };
}

export function openPort(port: number, exchanges: readonly Exchange[] = [], parts: Partial<PortView> = {}): PortView {
  return { transport: "tcp", port, state: "open", connectMs: [1], exchanges, trials: {}, ...parts };
}

/** A conversation of one question and one answer, or of a greeting alone when nothing was `said`. */
export function exchange(
  stimulus: string,
  answered: string | Uint8Array,
  { said = "", ...parts }: Partial<Exchange> & { readonly said?: string | Uint8Array } = {},
): Exchange {
  const turns = [
    { from: "us" as const, atMs: 0, bytes: asBytes(said) },
    { from: "them" as const, atMs: 10, bytes: asBytes(answered) },
  ].filter(({ bytes }) => bytes.length > 0);
  return { stimulus, over: "plain", turns, ended: "them", ...parts };
}

function asBytes(bytes: string | Uint8Array): Uint8Array {
  return typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
}

const NO_INSTRUCTIONS: Instructions = { cpuid: {}, vmwarePort: {}, rdpmc: {}, tables: {}, cpuidCycles: [], plainCycles: [] };
