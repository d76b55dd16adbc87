import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../../src/events/event.ts";
import { Store } from "../../src/store/store.ts";
import { StoreReader } from "../../src/store/store-reader.ts";
import { Visits } from "../../src/store/testing/visits.ts";

/**
 * Fills a small disk, goes on, gets room again, goes on; prints what happened as one JSON object.
 *
 *     node full-disk-sensor.ts FOLDER_ON_A_SMALL_DISK
 */
const disk = process.argv[2] ?? "";
const folder = join(disk, "state");
const ballast = join(disk, "ballast");
writeFileSync(ballast, Buffer.alloc(52_000_000));

const degraded: string[] = [];
const recovered: { readonly what: string; readonly lost: number }[] = [];
const store = Store.open({
  folder,
  sensor: "edge-1",
  now: Date.now,
  health: { degraded: ({ what, reason }) => degraded.push(`${what}: ${reason}`), recovered: (recovery) => recovered.push(recovery) },
  segments: { maxPendingChars: 1_000_000, retryMs: 20 },
});
if (store === undefined) throw new Error("the folder is held");
const shown: Event[] = [];
store.onDurable((events) => shown.push(...events));
const visits = new Visits(Date.now());
let appended = 0;

await append(40_000);
await captureAndRecord();
const whileFull = { degraded: [...degraded], shown: shown.length, appended };
rmSync(ballast);
await until(() => recovered.some(({ what }) => what === "journal"));
await append(400);
const captured = await captureAndRecord();
await store.flush();
await store.indexed();
const stillDegraded = store.degraded;
await store.close();

const reader = new StoreReader(folder);
const report = reader.verify();
const kept = new Set<string>();
for (const kind of ["connection.open", "auth.attempt", "command.input", "connection.close"]) {
  for (const { id } of reader.questions.events({ kind, limit: 100_000 })) kept.add(id);
}
reader.close();
const lostShown = shown.filter(({ id }) => !kept.has(id)).length;
const lost = recovered.find(({ what }) => what === "journal")?.lost ?? 0;
const result = { whileFull, recovered, lost, lostShown, kept: kept.size, appended, captured, stillDegraded, problems: report.problems };
console.log(JSON.stringify(result));

async function append(count: number): Promise<void> {
  for (let done = 0; done < count; done += 4) {
    for (const event of visits.visit("192.0.2.7", `echo ${appended} ${"x".repeat(300)}`)) {
      store?.append(event);
      appended += 1;
    }
    if (done % 400 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Whether both could be kept. */
async function captureAndRecord(): Promise<boolean> {
  const intake = store?.quarantine.open();
  for (let part = 0; part < 20; part += 1) intake?.write(Buffer.alloc(65_536, part));
  const recording = store?.recordings.open(visits.context("192.0.2.7").session ?? "", 0, 0);
  for (let part = 0; part < 20; part += 1) recording?.write({ way: "out", bytes: Buffer.alloc(65_536, part) }, part);
  const kept = [await intake?.close(), await recording?.close()];
  return kept.every((one) => one !== undefined);
}

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain: ${JSON.stringify({ degraded, recovered })}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
