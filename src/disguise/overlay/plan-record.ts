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

/** The records of a plan of our own, fields as bytes. @throws RangeError where it is cut off */
export function decodePlan(plan: Uint8Array): readonly (readonly Buffer[])[] {
  const bytes = Buffer.from(plan);
  const records: Buffer[][] = [];
  for (let at = 0; at < bytes.length; ) {
    const count = bytes.readUInt32LE(at);
    const fields: Buffer[] = [];
    at += 4;
    for (let field = 0; field < count; field += 1) {
      const size = bytes.readUInt32LE(at);
      fields.push(bytes.subarray(at + 4, at + 4 + size));
      at += 4 + size + 1;
    }
    records.push(fields);
  }
  return records;
}

/** A plan without the steps of one verb. */
export function withoutVerb(plan: Uint8Array, verb: string): Uint8Array {
  const kept = decodePlan(plan).filter(([first]) => first?.toString("latin1") !== verb);
  return encodePlan(kept.map(([first = Buffer.alloc(0), ...fields]): PlanRecord => [first.toString("latin1"), ...fields]));
}
