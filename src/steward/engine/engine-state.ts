import { OperatorError } from "../../errors/operator-error.ts";
import { BpfObject } from "./bpf-object.ts";
import { ENGINE_OBJECT } from "./engine.ts";
import { libbpf } from "./libbpf-calls.ts";
import { systemProgram } from "./network-programs.ts";

/** Whether this host can run the wire engine; what could not be tried is unknown. */
export interface EngineState {
  readonly state: "present" | "absent" | "unknown";
  /** Why not, or what was tried. */
  readonly why: string;
}

/** Loads the engine's programs once and lets them go; nothing is attached. */
export function engineState(): EngineState {
  const library = libbpf();
  if (library.state !== "present") return { state: library.state, why: library.why };
  const missing = ["ip", "tc"].find((name) => systemProgram(name) === undefined);
  if (missing !== undefined) return { state: "absent", why: `there is no ${missing} (Debian's package iproute2)` };
  if (process.getuid?.() !== 0) return { state: "unknown", why: "only root can try" };
  try {
    BpfObject.load(ENGINE_OBJECT)[Symbol.dispose]();
    return { state: "present", why: "the kernel takes its programs" };
  } catch (error) {
    if (error instanceof OperatorError) return { state: "absent", why: error.message };
    throw error;
  }
}
