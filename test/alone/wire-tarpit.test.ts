import assert from "node:assert/strict";
import test from "node:test";
import { median, uptoThrice } from "../../bench/figure.ts";
import { TarpitBench } from "../../bench/wire-tarpit.ts";
import { needs } from "../rig/needs.ts";

const TARPIT = needs("root", "libbpf.so.1", "ip", "gcc", "chrt");

/** Measured are 9 to 11 times, where visitors and tarpit share two processors: the visitors take more than the tarpit does. */
const LEAST_OF_NET = 5;

test("the tarpit takes many times the handshakes of one in Node", TARPIT, async (t) => {
  using bench = new TarpitBench();
  const ratio = await uptoThrice(
    async () => {
      const rates = await bench.compare(["engine", "net"], 3);
      const [engine = [], net = []] = ["engine" as const, "net" as const].map((tarpit) =>
        rates.get(tarpit)?.map(({ perSecond }) => perSecond),
      );
      t.diagnostic(`${Math.round(median(engine))} handshakes a second, Node ${Math.round(median(net))}`);
      return median(engine.map((rate, round) => rate / (net[round] ?? Number.NaN)));
    },
    (one) => one >= LEAST_OF_NET,
  );
  assert.ok(ratio >= LEAST_OF_NET, `${ratio.toFixed(1)} times Node's`);
});

test("a hundred thousand visitors from addresses of their own are held, and nothing is kept for them", TARPIT, async () => {
  using bench = new TarpitBench();
  const { completed, held, before, after } = await bench.hold("tc", 100_000);
  assert.equal(completed, 100_000);
  assert.equal(held, 100_000, "each was told, when it asked, that its connection is still there");
  assert.equal(after, before);
});
