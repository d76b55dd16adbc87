import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import koffi from "koffi";
import { BpfMap } from "../../src/steward/engine/bpf-map.ts";
import { presentCalls } from "../../src/steward/engine/bpf-object.ts";
import { sourceBytes } from "../../src/steward/engine/layout.ts";

const STANDING_BYTES = 16;
const STATES = ["unknown", "known", "suspect", "hostile"];

/** What the engine of a running steward holds of sources: its own map in the kernel, not what anybody says of it. */
export class EngineView implements Disposable {
  readonly #map: BpfMap;

  constructor(steward: number) {
    const id = mapIdsOf(steward).find((one) => nameOf(one) === "hostile");
    assert.ok(id !== undefined, `process ${steward} has no such map`);
    const open: unknown = koffi.load("libbpf.so.1").func("int bpf_map_get_fd_by_id(uint32_t)")(id);
    assert.ok(typeof open === "number" && open >= 0);
    this.#map = new BpfMap(presentCalls(), open);
  }

  state(source: string): string {
    const standing = this.#map.get(sourceBytes(source), STANDING_BYTES);
    const isOver = standing === undefined || standing.readBigUInt64LE(0) <= process.hrtime.bigint();
    return isOver ? "unknown" : (STATES[standing.readUInt32LE(8)] ?? "?");
  }

  [Symbol.dispose](): void {
    presentCalls().closeFd(this.#map.fd);
  }
}

/** proc_pid_fdinfo(5): a map's descriptor says its number. */
function mapIdsOf(pid: number): readonly number[] {
  const folder = `/proc/${pid}/fdinfo`;
  return readdirSync(folder).flatMap((descriptor) => {
    const id = /^map_id:\s*(\d+)$/m.exec(textOf(`${folder}/${descriptor}`))?.[1];
    return id === undefined ? [] : [Number(id)];
  });
}

/** Empty: it was closed meanwhile. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function nameOf(id: number): unknown {
  return Object(JSON.parse(execFileSync("bpftool", ["-j", "map", "show", "id", `${id}`], { encoding: "utf8" }))).name;
}
