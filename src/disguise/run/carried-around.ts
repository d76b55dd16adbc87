import { existsSync, readFileSync } from "node:fs";
import { arch } from "node:os";
import { join } from "node:path";
import { OperatorError } from "../../errors/operator-error.ts";
import { hostTree } from "../overlay/host-tree.ts";
import { tracerProgram } from "../tracer/start-traced.ts";
import type { CarriedAround } from "./plan-carried.ts";

const GUARD = join(import.meta.dirname, "..", "..", "..", "kernel", "guard");

/** The guard's bytes, for who has to put it where a service can reach it. @throws OperatorError `disguise-unsupported` */
export function guardProgram(): Uint8Array {
  return programBytes("guard-x64");
}

/** This host, as it is for services and logins. @throws OperatorError `disguise-unsupported` */
export function carriedAround(): CarriedAround {
  const tracer = tracerProgram();
  return {
    host: hostTree(false),
    sleeper: programBytes("sleeper-x64"),
    hasCpuidFaulting: /^flags\s*:.*\bcpuid_fault\b/m.test(readFileSync("/proc/cpuinfo", "latin1")),
    ...(tracer !== undefined && existsSync(tracer) ? { tracer } : {}),
  };
}

function programBytes(name: string): Uint8Array {
  const path = join(GUARD, name);
  if (arch() !== "x64" || !existsSync(path))
    throw new OperatorError("disguise-unsupported", `Services and logins are disguised on x64 only; this is ${arch()}.`);
  return readFileSync(path);
}
