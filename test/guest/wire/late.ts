import assert from "node:assert/strict";
import { arch } from "node:os";
import { needs } from "../../rig/needs.ts";
import { DELAY_MS } from "./inside.ts";

/** What both guests are asked: whether suspects are answered late, and nobody else is. The milliseconds are the guest's own. */
export type Said = Readonly<Record<string, unknown>>;

/** What a test with such a guest needs. */
export function needsWireGuest(): { readonly skip: string | false } {
  if (arch() !== "x64") return { skip: "the guest is for x86-64" };
  return needs("root", "qemu-system-x86_64", "setpriv", "busybox", "dash", "ip", "nft", "libbpf.so.1");
}

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

export function onlySuspectsAreLate(said: Said, cable: 0 | 1): void {
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

/** `h0 fq`, ... */
export function methods(ways: unknown): readonly string[] {
  assert.ok(Array.isArray(ways));
  return ways.map((way: { readonly interface: string; readonly method: string }) => `${way.interface} ${way.method}`);
}
