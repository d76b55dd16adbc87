import assert from "node:assert/strict";
import { arch } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * The library that answers for the processor inside a program, where nobody may trace it: what it forges is told by the tracer's spec, and what
 * programs then see is what `forgedInstructions` foretells, with these limits. Only dynamic programs of glibc for x64 load it, and set-uid ones
 * don't; what ld.so and the C library ask before `main` is answered by the true processor; a program that puts itself behind a filter of system calls
 * has the true processor from then on. ld.so complains, on the program's standard error, where it cannot load what it is told to: in another
 * root, and in programs of 32 bits. Programs built with AddressSanitizer's shared runtime refuse to start behind any preloaded library, and debuggers
 * show each CPUID as the SIGSEGV that it is.
 *
 * Everything below the first program inherits its environment, and so the library, until somebody cleans the environment.
 */
export interface PreloadFiles {
  /** The library, by an absolute path that every account of the tree can read. */
  readonly library: string;
  /** What `encodeTracerSpec` gives, by an absolute path; it is read at the start of each program. */
  readonly spec: string;
}

/** ld.so(8) splits its list at these, and expands `$ORIGIN`. */
const NOT_IN_A_PATH = /[\s:$]/;

export function canBePreloaded(library: string): boolean {
  return isAbsolute(library) && !NOT_IN_A_PATH.test(library);
}

/** The variable that names the spec; an intruder may read it, so it names nothing. */
const SPEC = "MACHINE_PROFILE";
const PRELOAD = "LD_PRELOAD";

/** The library's variables beside those that are there; what is already preloaded comes behind it. */
export function preloadEnvironment(
  { library, spec }: PreloadFiles,
  environment: Readonly<Record<string, string | undefined>> = {},
): Readonly<Record<string, string | undefined>> {
  assert.ok(canBePreloaded(library), `ld.so cannot take this path: ${library}`);
  assert.ok(isAbsolute(spec), `not an absolute path: ${spec}`);
  const others = (environment[PRELOAD] ?? "").split(/[\s:]+/).filter((other) => other !== "" && other !== library);
  return { ...environment, [PRELOAD]: [library, ...others].join(":"), [SPEC]: spec };
}

/** The committed library for this processor; undefined: there is none. */
export function preloadLibrary(): string | undefined {
  return arch() === "x64" ? join(import.meta.dirname, "..", "..", "..", "kernel", "preload", "preload-x64.so") : undefined;
}
