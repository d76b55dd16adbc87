import { explain, isErrno } from "../../errno.ts";
import type { Execution, Process } from "../../program.ts";
import type { ByteSink, ByteSource } from "./byte-flow.ts";
import { Gunzipper, GZIP_MAGIC, Gzipper, INPUT_PIECE_BYTES } from "./gzip-stream.ts";

export interface GzipTotals {
  readonly plainBytes: number;
  /** The compressed data alone. */
  readonly packedBytes: number;
  readonly fileBytes: number;
  readonly crc: number;
  readonly problem: string | undefined;
}

/** Compresses a source to its end. */
export function* compressStream(
  process: Process,
  flow: { readonly from: ByteSource; readonly to: ByteSink; readonly name: string; readonly modifiedSeconds: number },
): Execution<GzipTotals> {
  const gzipper = new Gzipper();
  let problem: string | undefined;
  yield* flow.to(gzipper.header(flow));
  for (let block = yield* flow.from(32_768); block !== "" && problem === undefined; block = yield* flow.from(32_768)) {
    const packed = gzipper.push(block);
    yield* process.charge(block.length >> 2);
    const done = packed === "" ? undefined : yield* flow.to(packed);
    if (done !== undefined && isErrno(done)) problem = explain(done);
  }
  const done = yield* flow.to(gzipper.finish());
  if (isErrno(done)) problem ??= explain(done);
  return { plainBytes: gzipper.inputBytes, packedBytes: gzipper.bodyBytes, fileBytes: 0, crc: 0, problem };
}

/** Decompresses a source to its end, to nowhere when `to` is absent; with `copy`, what is not compressed goes through as it is. */
export function* gunzipStream(
  process: Process,
  flow: { readonly from: ByteSource; readonly to: ByteSink | undefined; readonly copy: boolean },
): Execution<GzipTotals> {
  const gunzipper = new Gunzipper();
  let fileBytes = 0;
  let written: string | undefined;
  let block = yield* flow.from(INPUT_PIECE_BYTES);
  if (flow.copy && block !== "" && !block.startsWith(GZIP_MAGIC)) return yield* copyThrough(flow, block);
  for (; block !== "" && gunzipper.problem === undefined && written === undefined; block = yield* flow.from(INPUT_PIECE_BYTES)) {
    fileBytes += block.length;
    const plain = gunzipper.push(block);
    yield* process.charge(32 + (plain.length >> 4));
    const done = flow.to === undefined || plain === "" ? undefined : yield* flow.to(plain);
    if (done !== undefined && isErrno(done)) written = explain(done);
  }
  gunzipper.finish();
  const { outputBytes, crc, problem } = gunzipper;
  return { plainBytes: outputBytes, packedBytes: fileBytes - frameBytes(gunzipper), fileBytes, crc, problem: written ?? problem };
}

/** Header and trailer of a member. */
function frameBytes({ header }: Gunzipper): number {
  const name = header?.name ?? "";
  return 18 + (name === "" ? 0 : name.length + 1);
}

function* copyThrough(flow: { readonly from: ByteSource; readonly to: ByteSink | undefined }, first: string): Execution<GzipTotals> {
  let size = 0;
  for (let block = first; block !== ""; block = yield* flow.from(65_536)) {
    size += block.length;
    if (flow.to !== undefined) yield* flow.to(block);
  }
  return { plainBytes: size, packedBytes: size, fileBytes: size, crc: 0, problem: undefined };
}
