import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Store } from "../../src/store/store.ts";
import { StoreReader } from "../../src/store/store-reader.ts";
import { temporaryFolder } from "../../src/store/testing/visits.ts";

const WRITER = fileURLToPath(new URL("./durable-writer.ts", import.meta.url));
const ROUNDS = 15;
const MAX_LIFE_MS = 250;

test("kill -9 at any moment loses nothing that was called durable, and the index catches up", { timeout: 120_000 }, async (context) => {
  const folder = temporaryFolder(context);
  const shown = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const lines = await writeAndKill(folder, Math.random() * MAX_LIFE_MS);
    for (const id of lines) shown.add(id);
    const kept = readAll(folder);
    const lost = [...shown].filter((id) => !kept.has(id));
    assert.deepEqual(lost, [], `round ${round}`);
  }
  assert.ok(shown.size > 1_000, `only ${shown.size} events were shown`);
  const reader = new StoreReader(folder);
  const { problems, events } = reader.verify();
  reader.close();
  assert.deepEqual(problems, []);
  const store = Store.open({ folder, sensor: "edge-1", now: Date.now });
  await store?.indexed();
  const index = store?.reader();
  const indexed = index?.counts().reduce((sum, { count }) => sum + count, 0);
  index?.close();
  await store?.close();
  assert.equal(indexed, events);
});

/** What was printed whole before the end. */
async function writeAndKill(folder: string, lifeMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [WRITER, folder], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  child.stdout.once("data", () => setTimeout(() => child.kill("SIGKILL"), lifeMs));
  await new Promise((resolve) => child.once("close", resolve));
  assert.equal(child.signalCode, "SIGKILL");
  return printed.slice(0, printed.lastIndexOf("\n")).split("\n");
}

function readAll(folder: string): Set<string> {
  const reader = new StoreReader(folder);
  const found = new Set<string>();
  for (let after: string | undefined; ; ) {
    const page = reader.questions.events({ limit: 50_000, ...(after === undefined ? {} : { after }) });
    for (const { id } of page) found.add(id);
    after = page.at(-1)?.id;
    if (after === undefined) break;
  }
  reader.close();
  return found;
}
