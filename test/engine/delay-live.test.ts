import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import type { EngineSettings } from "../../src/steward/engine/engine-settings.ts";
import { needs } from "../rig/needs.ts";
import { Laboratory } from "./laboratory.ts";

/** What this machine's kernel offers for answering late is said, whatever it is, and all that was changed for it comes back. */
const LIVE = needs("root", "libbpf.so.1", "ip", "nft");
const PROCESS = join(import.meta.dirname, "engine-process.ts");

const SETTINGS: EngineSettings = {
  interfaces: [
    { name: "lab0", hook: "tc" },
    { name: "lab1", hook: "tc" },
  ],
  unused: [],
  trusted: [],
  land: true,
  delayMs: 200,
};

function traces(laboratory: Laboratory): readonly string[] {
  const queues = ["lab0", "lab1"].map((name) => laboratory.must("host", "tc", "qdisc", "show", "dev", name));
  return [...queues, laboratory.must("host", "nft", "list", "tables")];
}

interface Way {
  readonly interface: string;
  readonly method: string;
  readonly why: string;
}

function isWay(value: unknown): value is Way {
  return typeof value === "object" && value !== null && "method" in value && "why" in value && "interface" in value;
}

test(
  "each interface's way of answering late is said with its reason; a configured root queue stays; all of it goes again",
  LIVE,
  async () => {
    using laboratory = new Laboratory();
    laboratory.must(
      "host",
      "tc",
      "qdisc",
      "replace",
      "dev",
      "lab1",
      "root",
      "handle",
      "77:",
      "tbf",
      "rate",
      "1gbit",
      "burst",
      "64k",
      "latency",
      "5ms",
    );
    const before = traces(laboratory);
    const engine = await laboratory.engine({ ...SETTINGS, decoysWait: true });
    const { delay } = await engine.ask("status");
    assert.ok(Array.isArray(delay));
    const [first, second] = delay.filter(isWay);
    assert.deepEqual([first?.interface, second?.interface], ["lab0", "lab1"]);
    assert.ok(["fq", "nfqueue", "decoys"].includes(first?.method ?? ""), JSON.stringify(first));
    assert.ok(["nfqueue", "decoys"].includes(second?.method ?? ""), JSON.stringify(second));
    assert.match(second?.why ?? "", /somebody configured the root queue of lab1 \(tbf 77:\), which stays as it is/);
    assert.equal(traces(laboratory)[1]?.split("\n")[0], before[1]?.split("\n")[0]);
    const isFq = /qdisc fq 5554: root/.test(laboratory.must("host", "tc", "qdisc", "show", "dev", "lab0"));
    assert.equal(first?.method === "fq", isFq, "what is said is what is");
    assert.deepEqual(await engine.ask("down"), { down: true });
    assert.deepEqual(traces(laboratory), before);
  },
);

/** The one before counts as living until two seconds after its last sign of life. */
async function nextEngine(laboratory: Laboratory, settings: EngineSettings) {
  await new Promise((resolve) => setTimeout(resolve, 2100));
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      return await laboratory.engine(settings);
    } catch (error) {
      assert.match(`${error}`, /its steward lives/);
    }
  }
  throw new Error("the killed engine lives on");
}

test("what a killed engine left goes with the next one, or with removal; where no delay is wanted none is made", LIVE, async () => {
  using laboratory = new Laboratory();
  const before = traces(laboratory);
  await (await laboratory.engine(SETTINGS)).kill();
  const { delayMs: _, ...undelayed } = SETTINGS;
  const next = await nextEngine(laboratory, undelayed);
  assert.deepEqual((await next.ask("status"))["delay"], []);
  assert.equal(traces(laboratory)[2], before[2]);
  await next.ask("down");
  assert.deepEqual(traces(laboratory), before);
  await (await laboratory.engine(SETTINGS)).kill();
  assert.deepEqual(JSON.parse(laboratory.must("host", process.execPath, PROCESS, JSON.stringify(SETTINGS), "remove")), {
    removed: ["lab0", "lab1"],
  });
  assert.deepEqual(traces(laboratory), before);
  const refused = JSON.parse(laboratory.must("host", process.execPath, PROCESS, JSON.stringify({ ...SETTINGS, delayMs: 1001 })));
  assert.deepEqual([refused.code, refused.error], ["config-value", "Suspects cannot be answered 1001 ms late: 0 to 1000."]);
});
