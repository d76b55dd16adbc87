import { writeSync } from "node:fs";
import { Store } from "../../src/store/store.ts";
import { Visits } from "../../src/store/testing/visits.ts";

/**
 * Writes events as fast as it can, and prints the id of each that the store calls durable, until it is killed.
 *
 *     node durable-writer.ts FOLDER
 */
const store = Store.open({
  folder: process.argv[2] ?? "",
  sensor: "edge-1",
  now: Date.now,
  // Small segments, so that the end may come while one is begun or signed.
  segments: { maxSegmentBytes: 200_000 },
});
if (store === undefined) throw new Error("the folder is held");
store.onDurable((events) => writeSync(1, `${events.map(({ id }) => id).join("\n")}\n`));
const visits = new Visits(Date.now());
for (let count = 0; ; count += 1) {
  for (const event of visits.visit(`192.0.2.${count % 250}`, `echo ${count} ${"x".repeat(count % 900)}`)) store.append(event);
  // Now a trickle, now a burst.
  if (count % 50 === 0) await new Promise((resolve) => setTimeout(resolve, count % 3));
  if (count % 500 === 0) await store.flush();
}
