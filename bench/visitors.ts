import koffi from "koffi";
import { number32 } from "../src/steward/engine/bpf-map.ts";
import { BpfObject } from "../src/steward/engine/bpf-object.ts";
import { readHostNetwork } from "../src/steward/engine/host-network.ts";
import { macBytes } from "../src/steward/engine/layout.ts";
import { errorName } from "../src/steward/engine/libbpf-calls.ts";
import { attachXdp } from "../src/steward/engine/xdp-hook.ts";
import { BENCH_OBJECT } from "./engine-bench.ts";

/**
 * Visitors without end, made by the kernel itself: the cheapest there are, so that what they cost hides little. Each has an address of its own in
 * 10.0.0.0/8, opens a connection and completes the handshake (kernel/bpf/bench.c). Runs in the visitors' network namespace; prints one JSON object:
 * SYNs sent, handshakes completed, nanoseconds by the clock and of the processor.
 *
 *     node bench/visitors.ts INTERFACE HOST-MAC OWN-MAC HOST PORT MILLISECONDS
 */
const [interfaceName = "", hostMac = "", ownMac = "", host = "", port = "", milliseconds = ""] = process.argv.slice(2);
const SYN_BYTES = 62;
const BURST = 262_144;

/** `struct crowd`: to 6 · from 6 · host 4 · port 2 · 2 · next 4 · sent 8 · completed 8 */
function crowdBytes(): Buffer {
  const bytes = Buffer.alloc(40);
  for (const [index, mac] of [hostMac, ownMac].entries()) bytes.set(macBytes(mac)?.subarray(0, 6) ?? [], 6 * index);
  bytes.set(host.split(".").map(Number), 12);
  bytes.writeUInt16BE(Number(port), 16);
  return bytes;
}

/** `struct bpf_test_run_opts`, with frames that are really sent, in batches of 64, as if they had come by the interface. */
function sendRun(index: number) {
  const [data, context, options] = [Buffer.alloc(SYN_BYTES), Buffer.alloc(24), Buffer.alloc(80)];
  context.writeUInt32LE(SYN_BYTES, 4);
  context.writeUInt32LE(index, 12);
  options.writeBigUInt64LE(80n, 0);
  options.writeBigUInt64LE(koffi.address(data), 8);
  options.writeUInt32LE(SYN_BYTES, 24);
  options.writeBigUInt64LE(koffi.address(context), 32);
  options.writeUInt32LE(context.length, 48);
  options.writeInt32LE(BURST, 60);
  options.writeUInt32LE(2, 68);
  return { options, kept: [data, context] };
}

const network = (await readHostNetwork()).interfaces.find(({ name }) => name === interfaceName);
if (network === undefined) throw new Error(`no interface ${interfaceName}`);
const object = BpfObject.load(BENCH_OBJECT);
const crowd = object.map("crowd");
crowd.set(number32(0), crowdBytes());
const link = attachXdp(object.calls, network, { program: object.program("visit_xdp"), mode: "xdp" });
const run = sendRun(network.index);
const [began, usedBefore] = [process.hrtime.bigint(), process.cpuUsage()];
const end = began + BigInt(milliseconds) * 1_000_000n;
while (process.hrtime.bigint() < end) {
  const result = object.calls.testRun(object.program("knock_xdp"), run.options);
  if (result < 0) throw new Error(`no frames: ${errorName(result)}`);
}
const nanoseconds = Number(process.hrtime.bigint() - began);
const { user, system } = process.cpuUsage(usedBefore);
const told = crowd.get(number32(0), 40) ?? Buffer.alloc(40);
console.log(
  JSON.stringify({
    sent: Number(told.readBigUInt64LE(24)),
    completed: Number(told.readBigUInt64LE(32)),
    nanoseconds,
    processor: (user + system) * 1000,
  }),
);
link[Symbol.dispose]();
