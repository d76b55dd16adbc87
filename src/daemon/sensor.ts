import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Control, startControl } from "../control/server.ts";
import type { Persona } from "../decoy/persona.ts";
import { decoyDescriptions } from "../decoys/descriptions.ts";
import { responderDescription } from "../decoys/responder/description.ts";
import { OperatorError } from "../errors/operator-error.ts";
import type { Reported } from "../events/envelope.ts";
import type { Event } from "../events/event.ts";
import { Host } from "../host/host.ts";
import { loadHostKeys } from "../host/host-keys.ts";
import { activated, type Bound, bindAll, type ListenOn } from "../host/listening.ts";
import { selfSigned } from "../host/self-signed.ts";
import { SourceMemory } from "../host/source-memory.ts";
import { type Launch, launchEarly } from "../host/worker-process.ts";
import { checkShape } from "../shape/shape.ts";
import { STEWARD_FOLDER } from "../steward/place.ts";
import type { HealthListener, Trouble } from "../store/health.ts";
import { Store } from "../store/store.ts";
import { type Rights, rightsFor } from "./accounts.ts";
import type { Placed } from "./responders/place.ts";
import { sensorArchive } from "./sensor-archive.ts";
import type { Settings } from "./settings.ts";
import { sitePersona, siteSeed } from "./site.ts";
import { checkStateFolder, makeStateFolder } from "./state-folder.ts";
import { StoreKeep } from "./store-keep.ts";
import type { Gate } from "./wire/gate.ts";
import { bindForHandOver, handedDecoys, handOverNotes } from "./wire/hand-over-listeners.ts";
import { sensorGate, wireOf } from "./wire/sensor-gate.ts";
import { suspectsDesk } from "./wire/suspects-desk.ts";
import { workerCode } from "./worker-code.ts";

/** A running sensor. */
export interface Sensor {
  readonly listening: readonly ListenOn[];
  readonly persona: string;
  /** What the operator should know: a start without separate accounts, what a crash left. */
  readonly notes: readonly string[];
  /** Process ids of the workers. */
  readonly workers: readonly number[];
  readonly controlPort: number | undefined;
  /** Ends all visits, makes everything durable, lets the state folder go. */
  stop(reason: string): Promise<void>;
}

/**
 * Puts a sensor together and opens its doors. Ports are bound before rights are dropped, rights are dropped before the first visitor is
 * accepted, and the store is open before anything can happen that it should keep. What fails leaves nothing behind.
 *
 * @param onDurable hears of every event once it is durable, from the first on
 * @param stewardFolder where the steward is that has the wire disguise
 */
export async function startSensor(
  settings: Settings,
  onDurable: Listener = () => undefined,
  stewardFolder: string = STEWARD_FOLDER,
): Promise<Sensor> {
  const inherited = activated(process.env, process.pid);
  // Whoever sends SIGUSR1 would open Node's inspector in this process: nobody may.
  process.on("SIGUSR1", () => undefined);
  const code = workerCode(ROOT);
  const rights = rightsFor(settings, code.readable, inherited.length > 0);
  makeStateFolder(settings.state, rights.sensor);
  const bound = inherited.length > 0 ? inherited : bindAll(settings.listen);
  const turned = bindForHandOver(settings);
  // Fingerprints are loaded only for who shows some.
  const placed =
    settings.responders === undefined ? NOTHING_PLACED : await (await import("./responders/place.ts")).placeResponders(settings);
  rights.drop();
  checkStateFolder(settings.state);
  const launch = launchEarly({ ...code, arguments: [], privileges: rights.privileges }, settings.workers);
  try {
    return await assemble(settings, { rights, launch, bound, turned, placed, onDurable, stewardFolder, indexEntry: code.indexEntry });
  } catch (error) {
    for (const child of launch.early) rights.privileges.raised(() => child.kill("SIGKILL"));
    placed.datagrams?.close();
    throw error;
  }
}

const NOTHING_PLACED: Placed = { bound: [], options: { services: [] }, notes: [] };

interface Prepared {
  readonly rights: Rights;
  readonly launch: Launch;
  readonly bound: readonly Bound[];
  /** Where suspects arrive instead of real services. */
  readonly turned: readonly Bound[];
  readonly placed: Placed;
  readonly onDurable: Listener;
  readonly stewardFolder: string;
  readonly indexEntry: string | undefined;
}

type Listener = (events: readonly Event[]) => void;

async function assemble(settings: Settings, { launch, onDurable, indexEntry, ...prepared }: Prepared): Promise<Sensor> {
  const health = new HealthEvents();
  const gate = sensorGate(settings);
  const store = openStore(settings, { health, indexEntry });
  const durable = new DurableListeners(store);
  durable.add(onDurable);
  const parts = await openParts(settings, { store, launch, placed: prepared.placed, gate }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  health.tellTo(parts.host);
  try {
    return await openDoors(settings, { ...parts, ...prepared, store, durable });
  } catch (error) {
    await gate.close();
    await parts.host.stop();
    await store.close();
    throw error;
  }
}

interface Assembled extends Parts, Omit<Prepared, "launch" | "onDurable" | "indexEntry"> {
  readonly store: Store;
  readonly durable: DurableListeners;
}

async function openDoors(settings: Settings, assembled: Assembled): Promise<Sensor> {
  const { rights, store, bound, turned, placed, durable, stewardFolder, ...parts } = assembled;
  const { host, gate } = parts;
  const doors = [...bound.filter(isServed), ...placed.bound];
  const accepting = (await host.open([...doors, ...turned])).slice(0, doors.length);
  placed.datagrams?.start((observation, place) => host.tell(observation, place));
  gate.open({
    tell: (observation) => host.tell(observation),
    steward: await wireOf(settings, { stewardFolder, listeners: host.listeners }),
  });
  const listening = [...accepting, ...(placed.datagrams?.listening ?? [])];
  const startedMs = Date.now();
  const control = await startControl(controlAddress(settings), {
    archive: sensorArchive(store, settings.state),
    suspects: suspectsDesk(gate, (observation) => host.tell(observation)),
    heads: () => store.exportHeads(),
    onDurable: (listener) => durable.add(listener),
    status: () => ({
      version: version(),
      sensor: settings.sensor,
      persona: settings.persona,
      state: settings.state,
      pid: process.pid,
      startedMs,
      listening,
      workers: host.workers.length,
      connections: host.connections,
      indexLagBytes: store.indexLagBytes,
      degraded: [
        ...store.degraded.map(({ what, reason }) => `${what}: ${reason}`),
        ...(gate.away === undefined ? [] : [`wire: ${gate.away}`]),
      ],
    }),
  });
  const where = listening.map(({ decoy, address, port }) => `${decoy}=${address}:${port}`).join(",");
  host.tell({ kind: "sensor.start", fields: { version: version(), persona: settings.persona, listening: where } });
  return {
    listening,
    persona: settings.persona,
    notes: [...rights.notes, ...store.notes, ...placed.notes, ...(gate.note === undefined ? [] : [gate.note]), ...handOverNotes(settings)],
    workers: host.workers,
    controlPort: control.port,
    stop: (reason) => stop({ ...parts, store, placed, control }, reason),
  };
}

interface Parts {
  readonly host: Host;
  readonly memory: SourceMemory;
  readonly gate: Gate;
}

interface PartsFrom {
  readonly store: Store;
  readonly launch: Launch;
  readonly placed: Placed;
  readonly gate: Gate;
}

async function openParts(settings: Settings, { store, launch, placed, gate }: PartsFrom): Promise<Parts> {
  const { state, limits } = settings;
  const persona = sitePersona(settings.persona, { seed: siteSeed(state), wallMs: Date.now() });
  const hostKeys = await loadHostKeys(join(state, "keys"));
  const memory = new SourceMemory(join(state, "memory"), limits.keptBytesTotal);
  const host = new Host({
    sensor: settings.sensor,
    workers: settings.workers,
    launch,
    start: {
      persona,
      decoys: withResponders(decoyOptions(settings, persona), placed),
      hostKeys,
      certificate: selfSigned(hostKeys[1] ?? "", persona.machine.hostname, persona.machine.installedWallMs),
    },
    limits,
    keep: new StoreKeep(store, (event) => gate.event(event)),
    memory,
    lateness: (source) => gate.lateness(source),
  });
  return { host, memory, gate };
}

/** What the operator wrote for responders himself comes before what was drawn. */
function withResponders(decoys: Record<string, unknown>, { bound, options }: Placed): Record<string, unknown> {
  if (bound.length === 0) return decoys;
  const own = checkShape(responderDescription.options, decoys["responder"] ?? {}).value?.services ?? [];
  return { ...decoys, responder: { services: [...own, ...options.services] } };
}

/** The options of the decoys that listen, completed; a persona without a part for one of them cannot show it. */
function decoyOptions(settings: Settings, persona: Persona): Record<string, unknown> {
  const wanted = new Set([...settings.listen.map(({ decoy }) => decoy), ...handedDecoys(settings)]);
  return Object.fromEntries(
    decoyDescriptions
      .filter(({ name }) => wanted.has(name))
      .map((decoy) => {
        if (persona.services[decoy.name] === undefined && checkShape(decoy.persona, {}).problems.length > 0)
          throw new OperatorError("persona-invalid", `The persona ${persona.name} has no ${decoy.name} service.`, {
            next: "Choose another persona, or leave that listener out.",
          });
        return [decoy.name, settings.decoys[decoy.name] ?? checkShape(decoy.options, {}).value];
      }),
  );
}

function openStore(settings: Settings, { health, indexEntry }: { health: HealthListener; indexEntry: string | undefined }): Store {
  const { evidence, traffic, health: own } = settings.retention;
  const rule = ({ days, bytes }: { days: number; bytes: number }) => ({ maxAgeDays: days, maxBytes: bytes });
  const store = Store.open({
    folder: settings.state,
    sensor: settings.sensor,
    now: () => Date.now(),
    health,
    indexEntry,
    retention: { evidence: rule(evidence), traffic: rule(traffic), health: rule(own) },
    quarantine: { maxFileBytes: settings.limits.session.captureBytes, maxTotalBytes: settings.retention.files.bytes },
    recordings: { maxBytes: settings.limits.session.recordingBytes, maxTotalBytes: settings.retention.recordings.bytes },
  });
  if (store === undefined) throw new OperatorError("state-locked", `A sensor already uses ${settings.state}.`);
  return store;
}

async function stop(
  parts: Parts & { readonly store: Store; readonly placed: Placed; readonly control: Control },
  reason: string,
): Promise<void> {
  parts.placed.datagrams?.close();
  await parts.gate.close();
  await parts.host.stop();
  parts.host.tell({ kind: "sensor.stop", fields: { reason } });
  await parts.store.flush();
  await parts.control.close();
  await parts.memory.close();
  await parts.store.close();
}

/** What the store says of its health becomes events, once there is somebody to tell; what it said before is told then. */
class HealthEvents implements HealthListener {
  #host: Host | undefined;
  #early: Reported[] = [];

  degraded({ what, reason, lost }: Trouble): void {
    this.#tell({ kind: "sensor.degraded", fields: { what, reason, lost } });
  }

  recovered({ what, lost }: { readonly what: string; readonly lost: number }): void {
    this.#tell({ kind: "sensor.recovered", fields: { what, lost } });
  }

  tellTo(host: Host): void {
    this.#host = host;
    for (const observation of this.#early.splice(0)) host.tell(observation);
  }

  #tell(observation: Reported): void {
    if (this.#host === undefined) this.#early.push(observation);
    else this.#host.tell(observation);
  }
}

/** Any number of listeners that come and go, on one of the store. */
class DurableListeners {
  readonly #listeners = new Set<Listener>();

  constructor(store: Store) {
    store.onDurable((events) => {
      for (const listener of this.#listeners) listener(events);
    });
  }

  add(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

function isServed({ decoy }: Bound): boolean {
  return decoyDescriptions.some(({ name }) => name === decoy);
}

function controlAddress({ control, state }: Settings) {
  return {
    socket: control.socket === "" ? join(state, "control.sock") : control.socket,
    ...(control.tcp === undefined ? {} : { tcp: control.tcp }),
  };
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "unknown";
}
