import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Decoy } from "../../src/decoy/decoy.ts";
import type { Persona } from "../../src/decoy/persona.ts";
import { checkShape } from "../../src/decoy/shape.ts";
import { decoys } from "../../src/decoys/index.ts";
import type { Event } from "../../src/events/event.ts";
import { Host } from "../../src/host/host.ts";
import { loadHostKeys } from "../../src/host/host-keys.ts";
import { type HostLimits, type SessionLimits, STANDARD_LIMITS } from "../../src/host/limits.ts";
import { bindAll } from "../../src/host/listening.ts";
import { ORDINARY, type Privileges } from "../../src/host/privileges.ts";
import { selfSigned } from "../../src/host/self-signed.ts";
import { SourceMemory } from "../../src/host/source-memory.ts";
import { testPersona } from "../../src/testkit/test-persona.ts";
import { MemoryKeep } from "./memory-keep.ts";

export interface TestSensorOptions {
  /** Decoys by name with their options. Names must be in `src/decoys/index.ts`, or in one of `modules`. */
  readonly decoys: Readonly<Record<string, unknown>>;
  /** Paths of modules that export further decoys, loaded in the worker too. */
  readonly modules?: readonly string[];
  readonly persona?: Persona;
  readonly limits?: Omit<Partial<HostLimits>, "session"> & { readonly session?: Partial<SessionLimits> };
  readonly workers?: number;
  readonly privileges?: Privileges;
  readonly address?: string;
}

export interface TestSensor {
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
 *     const sensor = await startTestSensor({ decoys: { ssh: {} }, persona });
 *     ... connect to sensor.port("ssh") ...
 *     await sensor.keep.waitFor((event) => event.kind === "auth.attempt");
 *     await sensor.stop();
 */
export async function startTestSensor(options: TestSensorOptions): Promise<TestSensor> {
  const folder = await mkdtemp(join(tmpdir(), "utsusemi-test-"));
  const persona = options.persona ?? testPersona;
  const keep = new MemoryKeep();
  const limits = { ...STANDARD_LIMITS, ...options.limits, session: { ...STANDARD_LIMITS.session, ...options.limits?.session } };
  const memory = new SourceMemory(join(folder, "memory"), limits.keptBytesTotal);
  const hostKeys = await loadHostKeys(join(folder, "keys"), TEST_RSA_BITS);
  const host = new Host({
    sensor: "test",
    workers: options.workers ?? 1,
    launch: {
      entry: join(ROOT, "test/rig/worker-entry.ts"),
      arguments: options.modules ?? [],
      readable: [join(ROOT, "src/"), join(ROOT, "test/"), join(ROOT, "package.json"), ...(options.modules ?? [])],
      privileges: options.privileges ?? ORDINARY,
    },
    start: {
      persona,
      decoys: await checkedOptions(options),
      hostKeys,
      certificate: selfSigned(hostKeys[1] ?? "", persona.machine.hostname, 0),
    },
    limits,
    keep,
    memory,
  });
  const address = options.address ?? "127.0.0.1";
  const listening = await host.open(bindAll(Object.keys(options.decoys).map((decoy) => ({ decoy, address, port: 0 }))));
  return {
    host,
    keep,
    port: (decoy) => portOf(listening, decoy),
    events: () => keep.events,
    stop: async () => {
      await host.stop();
      await memory.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Small, since a test makes new keys each time. */
const TEST_RSA_BITS = 2_048;

function portOf(listening: readonly { readonly decoy: string; readonly port: number }[], decoy: string): number {
  const found = listening.find((one) => one.decoy === decoy);
  assert(found !== undefined, `${decoy} does not listen`);
  return found.port;
}

async function checkedOptions(options: TestSensorOptions): Promise<Record<string, unknown>> {
  const modules: readonly unknown[] = await Promise.all((options.modules ?? []).map((path) => import(path)));
  const known = [...decoys, ...modules.flatMap((module) => Object.values(Object(module)).filter(isDecoy))];
  return Object.fromEntries(Object.entries(options.decoys).map(([name, given]) => [name, checked(known, name, given)]));
}

function checked(known: readonly Decoy[], name: string, given: unknown): unknown {
  const decoy = known.find((one) => one.name === name);
  assert(decoy !== undefined, `no decoy is named ${name}`);
  const { value, problems } = checkShape(decoy.options, given);
  assert.deepEqual(problems, []);
  return value;
}

function isDecoy(value: unknown): value is Decoy {
  return typeof value === "object" && value !== null && "open" in value && "unprivilegedPorts" in value;
}
