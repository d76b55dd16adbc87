import { FIELD } from "./tables.ts";

const END = 0;
const NOP = 1;

/** The options whose value is a field: their whole length, and where the value is put. */
const VALUES: Readonly<Record<number, { readonly size: number; readonly field: number }>> = {
  2: { size: 4, field: FIELD.mss },
  3: { size: 3, field: FIELD.windowScale },
  8: { size: 10, field: FIELD.timestamp },
};

/** Reads TCP options into the fields (RFC 9293 §3.2: kind 1, and from kind 2 on a length that counts itself). */
export function readTcpOptions(view: DataView, fields: Uint32Array): void {
  let [at, count, kinds, order] = [0, 0, 0, 0];
  for (let size = optionSize(view, at); size > 0; size = optionSize(view, at)) {
    const kind = view.getUint8(at);
    if (kind < 32) kinds |= 1 << kind;
    if (count < 8) order += Math.min(kind, 15) * 16 ** count;
    readValue({ view, fields, at }, size);
    count++;
    at += size;
  }
  fields[FIELD.optionKinds] = kinds;
  fields[FIELD.optionOrder] = order;
}

/** Bytes of the option at `at`; 0: the list ends here. */
function optionSize(view: DataView, at: number): number {
  if (at >= view.byteLength) return 0;
  const kind = view.getUint8(at);
  if (kind === END) return 0;
  if (kind === NOP) return 1;
  const size = at + 1 < view.byteLength ? view.getUint8(at + 1) : 0;
  return size >= 2 && at + size <= view.byteLength ? size : 0;
}

function readValue(option: { readonly view: DataView; readonly fields: Uint32Array; readonly at: number }, size: number): void {
  const { view, fields, at } = option;
  const value = VALUES[view.getUint8(at)];
  if (value?.size !== size) return;
  fields[value.field] = size === 3 ? view.getUint8(at + 2) : size === 4 ? view.getUint16(at + 2) : view.getUint32(at + 2);
}
