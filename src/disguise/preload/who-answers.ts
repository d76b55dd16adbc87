import { existsSync, readFileSync } from "node:fs";
import { machine } from "node:os";
import { liveFiles } from "../../detectors/probes/local/live-files.ts";
import { mayTrace } from "../tracer/may-trace.ts";
import { tracerProgram } from "../tracer/start-traced.ts";
import { preloadLibrary } from "./preload.ts";
import { loaderState } from "./preload-state.ts";

/** Who answers a tree's programs for the processor and the VMware port: the tracer, or the library where nobody may trace. Neither: nobody. */
export interface Answerer {
  /** Path of the tracer. */
  readonly tracer?: string;
  /** Bytes of the library. */
  readonly preload?: Uint8Array;
}

export function whoAnswers(): Answerer {
  const tracer = tracerProgram();
  if (tracer !== undefined && existsSync(tracer) && mayTrace(tracer)) return { tracer };
  const library = preloadLibrary();
  if (library === undefined || !existsSync(library)) return {};
  const { state } = loaderState({ files: liveFiles(), machine: machine() });
  return state === "present" ? { preload: readFileSync(library) } : {};
}
