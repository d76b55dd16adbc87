import assert from "node:assert/strict";
import { test } from "node:test";
import { DELAY_MS } from "./wire/inside.ts";
import { methods, needsWireGuest, onlySuspectsAreLate } from "./wire/late.ts";
import { runInGuest } from "./wire/wire-guest.ts";

/** Departure times that `fq` keeps, a queue of packets where somebody configured another root queue, and a card whose driver has no native XDP. */
test(
  "suspects are answered late on 6.1: by the queue that suits each interface; what it replaced comes back; a kill leaves nothing in the way",
  needsWireGuest(),
  async () => {
    const said = await runInGuest({ kernel: "6.1", script: "delay.ts", qemuArguments: ["-device", "vmxnet3"] });
    assert.match(`${said["release"]}`, /^6\.1\./);
    assert.deepEqual(methods(said["without-false"]), ["h0 absent"]);
    assert.match(
      JSON.stringify(said["without-false"]),
      /this kernel has no queue fq .*nfnetlink_queue\); so suspects are answered at once/,
    );
    assert.deepEqual(methods(said["without-true"]), ["h0 decoys"]);
    const ways = ["h0 fq", "h1 nfqueue", "tap5 fq", "eth0 fq", "d1 fq"];
    assert.deepEqual(methods(said["made"]), ways);
    assert.match(JSON.stringify(said["made"]), /somebody configured the root queue of h1 \(netem 78:\), which stays as it is/);
    const queues = `${said["made-queues"]}`;
    for (const line of [
      /^h0 qdisc fq 5554: root/m,
      /^h1 qdisc netem 78: root/m,
      /^tap5 qdisc mq 5554: root/m,
      /^tap5 qdisc fq \w+: parent 5554:1/m,
    ])
      assert.match(queues, line);
    for (const line of [/^eth0 qdisc fq 5554: root .*nopacing/m, /^d1 qdisc fq 77: root limit 400p/m]) assert.match(queues, line);
    assert.match(JSON.stringify(said["changed"]), /"absent","why":"its root queue was changed: somebody configured .*pfifo 79:/);
    assert.match(`${said["kept"]}`, /pfifo 79: root/, "what another put there stays");
    assert.deepEqual(said["put-back"], [true, ""]);
    assert.match(`${said["xdp"]}`, /The driver of eth0 has no native XDP\. Use the hook tc\./);
    const { interfaces, delay } = Object(said["engine"]);
    assert.match(JSON.stringify(interfaces), /"name":"eth0","hook":"tc","isGone":false/);
    assert.deepEqual(methods(delay), ["h0 fq", "h1 nfqueue", "eth0 fq"]);
    for (const cable of [0, 1] as const) onlySuspectsAreLate(said, cable);
    const after = said["killed"];
    assert.ok(Array.isArray(after) && after.every((milliseconds) => milliseconds >= 0 && milliseconds < DELAY_MS), `${after}`);
    assert.deepEqual(said["left"], [false, "table inet utsusemi_delay"]);
    assert.deepEqual(said["removed"], ["h0", "h1", "eth0"]);
    assert.deepEqual(said["gone"], [true, ""]);
  },
);
