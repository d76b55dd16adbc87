import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { DecoyDescription } from "../decoy/decoy.ts";
import { OperatorError } from "../errors/operator-error.ts";
import { checkYaml, mistakeLine } from "../shape/checked-yaml.ts";
import { choice, integer, list, type Of, object, optional, type Shape, standard, text } from "../shape/shape.ts";
import { wireShape } from "../steward/wire/wire-settings.ts";
import { suspicionShape } from "../suspicion/settings.ts";
import { type Keeping, type Listen, type Settings, standardSettings } from "./settings.ts";

/**
 * The configuration file: one YAML file in which everything is optional. Its shape is built from the decoys' own, so that a decoy's options
 * are checked, completed and documented like all others. A mistake never falls back to a standard value: it is named, and nothing starts.
 */
export type Configuration = Of<ReturnType<typeof configurationShape>>;

const DAY = 36_500;
const MAX = Number.MAX_SAFE_INTEGER;
const usual = standardSettings("");

export function configurationShape(decoys: readonly DecoyDescription[]) {
  const names = decoys.map(({ name }) => name);
  return object("The sensor", {
    sensor: standard(
      text("Its name, in every event", { pattern: /^[\w.-]{1,64}$/, allowed: "letters, digits, dots, dashes (at most 64)" }),
      usual.sensor,
    ),
    persona: standard(text("The profile that this host shows, such as debian-12"), usual.persona),
    state: optional(text("Folder of all state; standard: ~/.local/state/utsusemi, or /var/lib/utsusemi with standard ports")),
    ports: standard(
      choice("Which ports: unprivileged (2222, 2323), or standard (22, 23; needs root or the service)", ["unprivileged", "standard"]),
      usual.ports,
    ),
    listen: optional(list("What listens where; standard: every decoy on 127.0.0.1", listenShape(names), 256)),
    workers: standard(integer("Processes that serve visitors", 1, 64), usual.workers),
    accounts: standard(
      object("Accounts that root drops to", {
        sensor: standard(text("Owns the state and accepts connections"), usual.accounts.sensor),
        worker: standard(text("Serves visitors, and holds nothing"), usual.accounts.worker),
      }),
      usual.accounts,
    ),
    limits: standard(limitsShape(), usual.limits),
    retention: standard(retentionShape(), usual.retention),
    decoys: standard(object("Options of each decoy", decoyShapes(decoys)), {}),
    control: standard(controlShape(), usual.control),
    ownHosts: standard(
      list("What is yours: addresses, CIDR blocks or names; `detect remote` looks at these and at loopback only", ownHostShape(), 1024),
      usual.ownHosts,
    ),
    responders: optional(respondersShape()),
    wire: optional(wireShape),
    suspicion: standard(suspicionShape, usual.suspicion),
  });
}

/** Whether a set exists is found out when it is read: its file may be the operator's own. */
function respondersShape() {
  return object("Known honeypots to be shown at ports that nothing else uses", {
    sets: list("Sets of signatures/responders; the first has a port that several want", text("Name"), 16),
    address: standard(text("Numeric IPv4 or IPv6 address; :: takes both"), "127.0.0.1"),
    leaveOut: standard(list("Ports that stay free, such as those of services which start later", integer("Port", 1, 65_535), 1024), []),
  });
}

function listenShape(names: readonly string[]) {
  return object("A listener", {
    decoy: choice("Which decoy", names),
    address: standard(
      text("Numeric IPv4 or IPv6 address; :: takes both", { pattern: /^[0-9a-fA-F.:]+$/, allowed: "a numeric address" }),
      "127.0.0.1",
    ),
    port: optional(integer("Port; standard: the decoy's own", 0, 65_535)),
  });
}

function ownHostShape() {
  return text("An address, CIDR block or name", { pattern: /^[\w.:/-]{1,253}$/, allowed: "an address, a CIDR block or a name" });
}

function limitsShape() {
  const { session } = usual.limits;
  const limit = (summary: string, value: number) => standard(integer(summary, 1, MAX), value);
  return object("Allowances of visitors", {
    connections: limit("Open connections in all", usual.limits.connections),
    connectionsPerSource: limit("Open connections of one IPv4 address or IPv6 /64", usual.limits.connectionsPerSource),
    keptBytesTotal: limit("Bytes kept for all sources together between visits", usual.limits.keptBytesTotal),
    session: standard(
      object("Of one visit", {
        bytesIn: limit("Bytes from the visitor", session.bytesIn),
        bytesOut: limit("Bytes to the visitor", session.bytesOut),
        idleMs: limit("Silence of the visitor, milliseconds", session.idleMs),
        durationMs: limit("Length, milliseconds", session.durationMs),
        bytesPerTurn: limit("Bytes sent at once; the rest follows a little later", session.bytesPerTurn),
        bytesPerSecond: limit("Bytes sent in a second; the rest waits", session.bytesPerSecond),
        memoryBytes: limit("Bytes that may wait for a visitor who does not read", session.memoryBytes),
        captureBytes: limit("Size of one captured file", session.captureBytes),
        captures: limit("Captured files", session.captures),
        recordingBytes: limit("Size of all terminal recordings", session.recordingBytes),
        observationsPerSecond: limit("Observations in a second, on average", session.observationsPerSecond),
        keptBytes: limit("Bytes kept for the source between visits", session.keptBytes),
      }),
      session,
    ),
  });
}

function retentionShape() {
  const keeping = (summary: string, value: Keeping) =>
    standard(
      object(summary, {
        days: standard(integer("Longest age", 1, DAY), value.days),
        bytes: standard(integer("Largest size in all", 1_048_576, MAX), value.bytes),
      }),
      value,
    );
  const { evidence, traffic, health, files, recordings } = usual.retention;
  return object("How long what was caught is kept", {
    evidence: keeping("Logins, commands, files", evidence),
    traffic: keeping("Connections and protocol details", traffic),
    health: keeping("The sensor's own state", health),
    files: keeping("Captured files", files),
    recordings: keeping("Terminal recordings", recordings),
  });
}

function controlShape() {
  return object("The control interface", {
    socket: standard(text("Unix socket; standard: control.sock in the state folder"), usual.control.socket),
    tcp: optional(
      object("TCP as well; every request needs the token", {
        address: standard(text("Numeric address"), "127.0.0.1"),
        port: integer("Port", 0, 65_535),
        tokenFile: optional(text("File (0600) with the token; standard: control.token in the state folder, made when missing")),
      }),
    ),
  });
}

function decoyShapes(decoys: readonly DecoyDescription[]): Readonly<Record<string, Shape<unknown>>> {
  return Object.fromEntries(decoys.map(({ name, options }) => [name, { ...options, optional: true }]));
}

/** What the command line says about the configuration. */
export interface Chosen {
  /** The file; absent: everything standard. */
  readonly file?: string;
  readonly state?: string;
}

/**
 * Where the state is unless told: `$XDG_STATE_HOME/utsusemi` or `~/.local/state/utsusemi`. With standard ports the sensor becomes an account
 * that cannot enter root's home, so its state is where services keep theirs.
 */
export function standardStateFolder(ports: Settings["ports"] = "unprivileged"): string {
  if (ports === "standard") return "/var/lib/utsusemi";
  const base = process.env["XDG_STATE_HOME"];
  return join(base !== undefined && base !== "" ? base : join(homedir(), ".local", "state"), "utsusemi");
}

/** Reads and checks the configuration. Throws an OperatorError that lists every mistake with its line. */
export function loadSettings(chosen: Chosen, decoys: readonly DecoyDescription[]): Settings {
  const source = chosen.file === undefined ? "" : readConfigurationFile(chosen.file);
  return toSettings(checkConfiguration(source, chosen.file ?? "configuration", decoys), chosen, decoys);
}

/** Checks a configuration's text; throws as `loadSettings` does. */
export function checkConfiguration(source: string, file: string, decoys: readonly DecoyDescription[]): Configuration {
  const { value, mistakes } = checkYaml(source, configurationShape(decoys));
  if (value !== undefined) return value;
  const syntax = mistakes.some(({ key }) => key === "") ? "config-syntax" : "config-value";
  throw new OperatorError(syntax, mistakes.map((mistake) => mistakeLine(file, mistake)).join("\n"));
}

function readConfigurationFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new OperatorError(
      "file-unreadable",
      `The configuration ${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      { cause },
    );
  }
}

function toSettings(configuration: Configuration, chosen: Chosen, decoys: readonly DecoyDescription[]): Settings {
  const state = resolve(chosen.state ?? configuration.state ?? standardStateFolder(configuration.ports));
  const { tcp, socket } = configuration.control;
  return {
    ...configuration,
    state,
    listen: listeners(configuration, decoys),
    control: { socket, ...(tcp === undefined ? {} : { tcp: { ...tcp, tokenFile: tcp.tokenFile ?? join(state, "control.token") } }) },
  };
}

function listeners(configuration: Configuration, decoys: readonly DecoyDescription[]): readonly Listen[] {
  const wanted: readonly { decoy: string; address: string; port?: number | undefined }[] =
    configuration.listen ?? decoys.filter(hasOwnPort).map(({ name }) => ({ decoy: name, address: "127.0.0.1" }));
  return wanted.map(({ decoy, address, port }) => ({ decoy, address, port: port ?? standardPort(decoy, configuration.ports, decoys) }));
}

const hasOwnPort = ({ unprivilegedPorts }: DecoyDescription) => unprivilegedPorts.length > 0;

function standardPort(name: string, ports: Settings["ports"], decoys: readonly DecoyDescription[]): number {
  const decoy = decoys.find((one) => one.name === name);
  const choices = ports === "standard" ? decoy?.standardPorts : decoy?.unprivilegedPorts;
  return choices?.[0] ?? 0;
}
