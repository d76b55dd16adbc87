import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Decoy } from "../../src/decoy/decoy.ts";
import type { Persona } from "../../src/decoy/persona.ts";
import type { Event } from "../../src/events/event.ts";
import { Host } from "../../src/host/host.ts";
import { loadHostKeys } from "../../src/host/host-keys.ts";
import { type HostLimits, type SessionLimits, STANDARD_LIMITS } from "../../src/host/limits.ts";
import { bindAll } from "../../src/host/listening.ts";
import { ORDINARY, type Privileges } from "../../src/host/privileges.ts";
import { selfSigned } from "../../src/host/self-signed.ts";
import { SourceMemory } from "../../src/host/source-memory.ts";
import { checkShape } from "../../src/shape/shape.ts";
import { testPersona } from "../../src/testkit/test-persona.ts";
import { decoysIn } from "./decoys-in.ts";
import { MemoryKeep } from "./memory-keep.ts";

export interface TestSensorOptions {
  /** Decoys by name with their options. */
  readonly decoys: Readonly<Record<string, unknown>>;
  /** Absolute paths of the modules that export them; the product's own list unless told otherwise. */
  readonly modules?: readonly string[];
  readonly persona?: Persona;
  readonly limits?: Omit<Partial<HostLimits>, "session"> & { readonly session?: Partial<SessionLimits> };
  readonly workers?: number;
  readonly privileges?: Privileges;
  readonly address?: string;
  /** Where a decoy listens; a free port where none is named. */
  readonly ports?: Readonly<Record<string, number>>;
}

export interface TestSensor extends AsyncDisposable {
  readonly host: Host;
  readonly keep: MemoryKeep;
  /** Where a decoy listens, on 127.0.0.1 unless told otherwise. */
  port(decoy: string): number;
  /** All events so far. */
  events(): readonly Event[];
  stop(): Promise<void>;
}

/**
 * Runs decoys on loopback ports exactly as the product does: real parent, real worker processes, real peers; only the store is in memory.
 *
 *     await using sensor = await startTestSensor({ decoys: { ssh: {} }, persona });
 *     ... connect to sensor.port("ssh") ...
 *     await sensor.keep.waitFor((event) => event.kind === "auth.attempt");
 */
export async function startTestSensor(options: TestSensorOptions): Promise<TestSensor> {
  const folder = await mkdtemp(join(tmpdir(), "utsusemi-test-"));
  const persona = options.persona ?? testPersona;
  const modules = options.modules ?? [join(ROOT, "src/decoys/index.ts")];
  const keep = new MemoryKeep();
  const limits = { ...STANDARD_LIMITS, ...options.limits, session: { ...STANDARD_LIMITS.session, ...options.limits?.session } };
  const memory = new SourceMemory(join(folder, "memory"), limits.keptBytesTotal);
  const hostKeys = await loadHostKeys(join(folder, "keys"), TEST_RSA_BITS);
  const host = new Host({
    sensor: "test",
    workers: options.workers ?? 1,
    launch: {
      entry: join(ROOT, "test/rig/worker-entry.ts"),
      arguments: modules,
      readable: [join(ROOT, "src/"), join(ROOT, "test/"), join(ROOT, "package.json"), ...modules],
      privileges: options.privileges ?? ORDINARY,
    },
    start: {
      persona,
      decoys: await checkedOptions(options.decoys, modules),
      hostKeys,
      certificate: selfSigned(hostKeys[1] ?? "", persona.machine.hostname, 0),
    },
    limits,
    keep,
    memory,
  });
  const address = options.address ?? "127.0.0.1";
  const listening = await host.open(
    bindAll(Object.keys(options.decoys).map((decoy) => ({ decoy, address, port: options.ports?.[decoy] ?? 0 }))),
  );
  const stop = async (): Promise<void> => {
    await host.stop();
    await memory.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { host, keep, port: (decoy) => portOf(listening, decoy), events: () => keep.events, stop, [Symbol.asyncDispose]: stop };
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Small, since a test makes new keys each time. */
const TEST_RSA_BITS = 2_048;

function portOf(listening: readonly { readonly decoy: string; readonly port: number }[], decoy: string): number {
  const found = listening.find((one) => one.decoy === decoy);
  assert(found !== undefined, `${decoy} does not listen`);
  return found.port;
}

async function checkedOptions(wanted: TestSensorOptions["decoys"], modules: readonly string[]): Promise<Record<string, unknown>> {
  const known = await decoysIn(modules);
  return Object.fromEntries(Object.entries(wanted).map(([name, given]) => [name, checked(known, name, given)]));
}

function checked(known: readonly Decoy[], name: string, given: unknown): unknown {
  const decoy = known.find((one) => one.name === name);
  assert(decoy !== undefined, `no decoy is named ${name}`);
  const { value, problems } = checkShape(decoy.options, given);
  assert.deepEqual(problems, []);
  return value;
}
