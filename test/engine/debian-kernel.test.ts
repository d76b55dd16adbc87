import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { addressBytes, decoyBytes, settingsBytes } from "../../src/steward/engine/layout.ts";
import { bootGuest } from "../detectors/qemu/boot-guest.ts";
import { guestKernel } from "../detectors/qemu/guest-kernel.ts";
import { programFiles, shellFiles } from "../detectors/qemu/program-files.ts";
import { needs } from "../rig/needs.ts";
import { type Between, cookie, HOOKS, HOST, HOST6, KEY, OBJECT, PLAIN_SEGMENT, tcpFrame, tcpOf, VISITOR, VISITOR6 } from "./program-run.ts";

/** The engine in the kernel that Debian 12 ships: its verifier takes every program, and they answer there as they do here. */
const GUEST = needs("qemu-system-x86_64", "setpriv", "busybox", "dash", "bpftool");

const WAYS: Readonly<Record<string, Between>> = { four: [VISITOR, HOST], six: [VISITOR6, HOST6] };
const spaced = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex").replace(/../g, "$& ").trim();
const set = (map: string, key: Uint8Array, value: Uint8Array) =>
  `bpftool map update name ${map} key hex ${spaced(key)} value hex ${spaced(value)}`;
const ZERO = Buffer.alloc(4);

/** The heartbeat is one of the far future, which counts as alive. */
const SCRIPT = `#!/bin/sh
mount -t sysfs sysfs /sys && mount -t proc proc /proc && mount -t bpf bpf /sys/fs/bpf
bpftool prog loadall /engine.bpf.o /sys/fs/bpf/engine 2>&1 | tail -n 20
${set("heartbeat", ZERO, Buffer.from("0000000000000040", "hex"))}
${set("settings_map", ZERO, settingsBytes(KEY, { land: true, scans: true }))}
${set("decoys", Buffer.from([1, 0, 0, 0]), decoyBytes({ kind: "tarpit" }))}
${set("roles", Buffer.from([9, 0, 0, 0]), Buffer.from([1, 0]))}
${[HOST, HOST6].map((address) => set("addresses", addressBytes(address), Buffer.from([1, 0, 0, 0]))).join("\n")}
for program in ${HOOKS.join(" ")}; do for way in ${Object.keys(WAYS).join(" ")}; do
  bpftool prog run pinned /sys/fs/bpf/engine/$program data_in /$way data_out /out >/told 2>&1
  echo "ran $program $way $(grep -o 'Return value: [0-9]*' /told) $(xxd -p /out | tr -d '\\n')"
done; done
poweroff -f
`;

test("Debian 12's kernel takes the engine, and it answers there as here", GUEST, async () => {
  const { image } = await guestKernel();
  const frames = Object.fromEntries(Object.entries(WAYS).map(([name, between]) => [name, tcpFrame(between, {})]));
  const files = { ...shellFiles(), ...programFiles("bpftool"), ...frames, sys: { directory: true }, proc: { directory: true } } as const;
  const guest = {
    kernel: image,
    files: { ...files, "engine.bpf.o": readFileSync(OBJECT), init: SCRIPT },
    qemuArguments: ["-machine", "pc", "-m", "512"],
  };
  const console = await bootGuest({ ...guest, withinMs: 240_000 });
  for (const [hook, verdict] of [
    ["utsu_in", 7],
    ["utsu_xdp", 3],
  ] as const)
    for (const [name, between] of Object.entries(WAYS)) {
      const hex = new RegExp(`ran ${hook} ${name} Return value: ${verdict} ([0-9a-f]+)`).exec(console)?.[1];
      assert.ok(hex !== undefined, `${hook} ${name}: ${console}`);
      const answer = tcpOf(Buffer.from(hex, "hex"));
      const number = (cookie(between, PLAIN_SEGMENT.fromPort, 9) ^ PLAIN_SEGMENT.sequence) >>> 0;
      assert.deepEqual([answer.flags, answer.window, answer.sequence], ["SA", 0, number]);
    }
});
