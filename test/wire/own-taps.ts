import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ip, type Laboratory } from "../engine/laboratory.ts";
import { Capture } from "./capture.ts";

/**
 * What the engine makes of the packets of legitimate users, by the byte: frames are seen on both sides of it.
 *
 *     router lab1 --cable--> host lab1: [engine] -> nftables' ingress hook: a copy to tap-in
 *     router lab1 <--cable-- host lab1: [engine] <- nftables' egress hook: a copy to tap-out
 */
export class OwnTaps implements Disposable {
  readonly #captures: readonly Capture[];

  private constructor(captures: readonly Capture[]) {
    this.#captures = captures;
  }

  /** @param addresses of the users, whose packets are looked at */
  static async open(laboratory: Laboratory, addresses: readonly string[]): Promise<OwnTaps> {
    const host = laboratory.name("host");
    for (const tap of ["tapin", "tapout"]) {
      ip("-n", host, "link", "add", tap, "type", "veth", "peer", "name", `${tap}x`);
      for (const end of [tap, `${tap}x`]) ip("-n", host, "link", "set", end, "mtu", "65535", "up");
    }
    const rules = addresses.flatMap((address) => {
      const family = address.includes(":") ? "ip6" : "ip";
      return [
        `add rule netdev taps in ${family} saddr ${address} dup to tapin`,
        `add rule netdev taps out ${family} daddr ${address} dup to tapout`,
      ];
    });
    laboratory.must(
      "host",
      "nft",
      [
        "add table netdev taps",
        "add chain netdev taps in { type filter hook ingress device lab1 priority 0; }",
        "add chain netdev taps out { type filter hook egress device lab1 priority 0; }",
        ...rules,
      ].join("; "),
    );
    const from = addresses.map((address) => `src host ${address}`).join(" or ");
    const to = addresses.map((address) => `dst host ${address}`).join(" or ");
    const captures = [
      { machine: "router", link: "lab1", direction: "out", filter: from },
      { machine: "host", link: "tapinx", direction: "in", filter: from },
      { machine: "host", link: "tapoutx", direction: "in", filter: to },
      { machine: "router", link: "lab1", direction: "in", filter: to },
    ] as const;
    return new OwnTaps(await Promise.all(captures.map((at) => Capture.start(laboratory, at))));
  }

  /** Every frame must be the same on both sides, none more and none less; how many there were, in and out. */
  async assertSame(): Promise<readonly [number, number]> {
    const [one, two, three, four] = this.#captures;
    const isSettled = () => one?.size() === two?.size() && three?.size() === four?.size();
    for (let tries = 0; tries < 100 && !isSettled(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
    const [sent = [], taken = [], said = [], heard = []] = await Promise.all(this.#captures.map((capture) => capture.frames()));
    same(sent, taken, "in");
    same(said, heard, "out");
    return [sent.length, said.length];
  }

  [Symbol.dispose](): void {
    for (const capture of this.#captures) capture[Symbol.dispose]();
  }
}

function same(one: readonly Buffer[], other: readonly Buffer[], direction: string): void {
  const counts = new Map<string, { count: number; readonly frame: Buffer }>();
  const tally = (frames: readonly Buffer[], step: number) => {
    for (const frame of frames) {
      const hash = createHash("sha256").update(frame).digest("hex");
      const entry = counts.get(hash) ?? { count: 0, frame };
      entry.count += step;
      counts.set(hash, entry);
    }
  };
  tally(one, 1);
  tally(other, -1);
  const odd = [...counts.values()].filter(({ count }) => count !== 0);
  const shown = odd.slice(0, 6).map(({ count, frame }) => `${count} ${frame.length} ${frame.subarray(0, 90).toString("hex")}`);
  assert.deepEqual(shown, [], `${direction}: ${odd.length} of ${one.length} frames are only on one side`);
}
