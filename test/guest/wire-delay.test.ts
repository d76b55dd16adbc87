import assert from "node:assert/strict";
import { arch } from "node:os";
import { describe, test } from "node:test";
import { needs } from "../rig/needs.ts";
import { runInGuest } from "./wire/wire-guest.ts";

/**
 * Suspects are answered late, and nobody else is, on kernels of Debian's: by departure times that `fq` keeps, and by a queue of packets where
 * somebody configured another root queue. The milliseconds are the guest's own. A driver without native XDP is one of its network cards.
 */
const GUEST =
  arch() === "x64"
    ? needs("root", "qemu-system-x86_64", "setpriv", "busybox", "dash", "ip", "nft", "libbpf.so.1")
    : { skip: "the guest is for x86-64" };

const DELAY_MS = 400;
type Said = Readonly<Record<string, unknown>>;
/** Round trips of pings and of a lone connection, and whether all that was sent came back. */
function times(said: Said, name: string): { readonly all: readonly number[]; readonly areWhole: boolean } {
  const value = said[name];
  assert.ok(Array.isArray(value) && Array.isArray(value[0]) && Array.isArray(value[1]), name);
  const [pings, talks]: readonly (readonly unknown[])[] = value;
  const pairs = (talks ?? []).flatMap((one) => (Array.isArray(one) ? [one] : []));
  const all = [...(pings ?? []), ...pairs.map(([connectMs]) => connectMs)].map(Number);
  assert.equal(all.length, 4, "both versions of IP, both ways");
  return { all, areWhole: pairs.every(([, isWhole]) => isWhole === true) };
}

function onlySuspectsAreLate(said: Said, cable: 0 | 1): void {
  for (const source of ["suspect", "stranger", "known", "trusted"]) {
    const { all, areWhole } = times(said, `${cable}-${source}`);
    assert.ok(areWhole, `${source}: all bytes came back`);
    for (const milliseconds of all)
      assert.ok(
        source === "suspect" ? milliseconds >= DELAY_MS : milliseconds >= 0 && milliseconds < DELAY_MS,
        `${cable} ${source}: ${all}`,
      );
  }
}

describe("suspects are answered late", GUEST, () => {
  test("on 6.1: by the queue that suits each interface; what it replaced comes back; a kill leaves nothing in the way", async () => {
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
    nothingIsInTheWay(said);
    assert.deepEqual(said["left"], [false, "table inet utsusemi_delay"]);
    assert.deepEqual(said["removed"], ["h0", "h1", "eth0"]);
    assert.deepEqual(said["gone"], [true, ""]);
  });

  test("on 6.12: by departure times", async () => {
    const said = await runInGuest({ kernel: "6.12", script: "delay.ts", words: ["short"] });
    assert.match(`${said["release"]}`, /^6\.12\./);
    assert.deepEqual(methods(Object(said["engine"]).delay), ["h0 fq"]);
    onlySuspectsAreLate(said, 0);
    nothingIsInTheWay(said);
    assert.deepEqual(said["gone"], [true, ""]);
  });
});

function methods(ways: unknown): readonly string[] {
  assert.ok(Array.isArray(ways));
  return ways.map((way: { readonly interface: string; readonly method: string }) => `${way.interface} ${way.method}`);
}

function nothingIsInTheWay(said: Said): void {
  const after = said["killed"];
  assert.ok(Array.isArray(after) && after.every((milliseconds) => milliseconds >= 0 && milliseconds < DELAY_MS), `${after}`);
}
