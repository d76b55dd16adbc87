import type { Stimulus } from "./stimulus.ts";
import { quick, stimulusMaker } from "./stimulus-maker.ts";

/** memcached's text protocol: only what reads. */
const memcached = stimulusMaker({ protocol: "memcached", ports: [11211] });

export const memcachedStimuli: readonly Stimulus[] = [
  memcached("version", "version\r\n", quick),
  memcached("stats", "stats\r\n", quick),
  memcached("stats.again", "stats\r\n"),
  memcached("odd", "xyzzy\r\n", quick),
  memcached("long-key", `get ${"k".repeat(300)}\r\n`),
  memcached("get", "get q7wz-41b9\r\n"),
  memcached("meta", "mn\r\n"),
];
