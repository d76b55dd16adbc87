import { explain, isErrno } from "../../../errno.ts";
import type { Execution, Process } from "../../../program.ts";
import { FATAL } from "./run.ts";

/** tar runs the compressor as a program of its own, between the archive and itself. */
export interface Compressed {
  /** What tar reads from, or writes to. */
  readonly fd: number;
  readonly child: number | undefined;
}

/** A descriptor for the plain archive; when the program cannot be run, says so as tar's child would and gives undefined. */
export function* throughCompressor(
  process: Process,
  program: string | undefined,
  archive: { readonly fd: number; readonly reads: boolean },
): Execution<Compressed | undefined> {
  if (program === undefined) return { fd: archive.fd, child: undefined };
  const [read, write] = process.pipe();
  const descriptors = archive.reads
    ? ([
        [0, archive.fd],
        [1, write],
        [2, 2],
      ] as const)
    : ([
        [0, read],
        [1, archive.fd],
        [2, 2],
      ] as const);
  const child = process.spawn({ argv: archive.reads ? [program, "-d"] : [program], descriptors });
  process.close(archive.reads ? write : read);
  if (archive.fd > 2) process.close(archive.fd);
  if (typeof child === "number") return { fd: archive.reads ? read : write, child };
  process.close(archive.reads ? read : write);
  yield* process.write(2, `tar (child): ${program}: Cannot exec: ${isErrno(child) ? explain(child) : ""}\n`);
  yield* process.write(2, "tar (child): Error is not recoverable: exiting now\n");
  return undefined;
}

/** Closes the archive, waits for the compressor, and gives what tar says of its failure. */
export function* closeArchive(process: Process, { fd, child }: Compressed): Execution<string | undefined> {
  if (fd > 2) process.close(fd);
  if (child === undefined) return undefined;
  const status = yield* process.wait(child);
  return status === 0 || status > 128 ? undefined : `Child returned status ${status}`;
}

/** Tells that the compressor failed. */
export function* childFailed(process: Process, message: string): Execution {
  yield* process.fail(message);
  return yield* process.fail("Error is not recoverable: exiting now", FATAL);
}

const MAGIC: readonly (readonly [string, string, string])[] = [
  ["\x1f\x8b", "gzip", "-z"],
  ["BZh", "bzip2", "-j"],
  ["\xfd7zXZ\0", "xz", "-J"],
];

/** The program that decompresses what begins so, and tar's option for it. */
export function compressorOf(head: string): { readonly program: string; readonly option: string } | undefined {
  const [, program, option] = MAGIC.find(([magic]) => head.startsWith(magic)) ?? [];
  return program === undefined || option === undefined ? undefined : { program, option };
}
