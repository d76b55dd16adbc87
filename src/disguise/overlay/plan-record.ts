/** One step for the guard: a verb and its fields (kernel/guard/plan.h). */
export type PlanRecord = readonly [verb: string, ...fields: readonly (string | Uint8Array)[]];

/** kernel/guard/plan.h: number of fields (u32 LE); each: size (u32 LE), bytes, a zero byte. */
export function encodePlan(records: readonly PlanRecord[]): Uint8Array {
  return Buffer.concat(records.flatMap((record) => [numberBytes(record.length), ...record.flatMap(fieldBytes)]));
}

function fieldBytes(field: string | Uint8Array): readonly Uint8Array[] {
  const bytes = typeof field === "string" ? Buffer.from(field, "utf8") : field;
  return [numberBytes(bytes.length), bytes, Uint8Array.of(0)];
}

function numberBytes(number: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes;
}
