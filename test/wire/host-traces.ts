import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { runClient } from "../clients/run-client.ts";
import type { HeldObjects, StewardHost } from "./steward-host.ts";

/** Whatever of a host's network the wire disguise could change, as the system's own programs show it; counters and handles are left out. */
export async function hostTraces(host: StewardHost, links: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const commands: readonly (readonly [string, ...string[]])[] = [
    ["nft", "-j", "list", "ruleset"],
    ["ip", "-j", "-d", "link", "show"],
    ["ip", "-j", "address", "show"],
    ["ip", "-j", "route", "show", "table", "all"],
    ["ip", "-j", "-6", "route", "show", "table", "all"],
    ["ip", "-j", "rule", "show"],
    ["ip", "-j", "-6", "rule", "show"],
    ["tc", "-j", "qdisc", "show"],
    ["bpftool", "-j", "net", "show"],
    ...links.flatMap((link) => ["ingress", "egress"].map((way) => ["tc", "-j", "filter", "show", "dev", link, way] as const)),
  ];
  const settings = ["sysctl", "-a", "-r", "^net\\.(ipv4|ipv6|netfilter|core)\\."] as const;
  const shown = await Promise.all(
    [...commands, settings].map(async ([program, ...args]) => [program, args, await shownBy(host, program, args)]),
  );
  const entries = shown.map(([program, args, out]) => [`${program} ${args}`, out]);
  return Object.fromEntries([...entries, ["pins", readdirSync("/sys/fs/bpf").filter((name) => name.includes("utsu"))]]);
}

async function shownBy(host: StewardHost, program: string, args: readonly string[]): Promise<unknown> {
  const { code, out, err } = await host.enter("host", program, ...args);
  assert.equal(code, 0, `${program} ${args.join(" ")}: ${err}`);
  if (program === "sysctl") return out.split("\n").filter((line) => !/count|random|expired|\.tcp_fastopen_key|gc_|mtu_info/.test(line));
  return JSON.parse(out.trim() === "" ? "[]" : out, steady);
}

const VOLATILE = ["handle", "stats", "stats64", "metainfo", "expires", "used", "cacheinfo", "age"];

function steady(name: string, value: unknown): unknown {
  return VOLATILE.includes(name) ? undefined : value;
}

/** The kernel gives programs, maps and links back a moment after the last who held them. */
export async function assertGone(held: HeldObjects): Promise<void> {
  for (const kind of ["prog", "map", "link"] as const) {
    for (const id of held[kind]) {
      const isThere = async () => (await runClient("bpftool", [kind, "show", "id", `${id}`])).code === 0;
      for (let tries = 0; tries < 100 && (await isThere()); tries += 1) await new Promise((resolve) => setTimeout(resolve, 100));
      assert.equal(await isThere(), false, `${kind} ${id} is still there`);
    }
  }
}
