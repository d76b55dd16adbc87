import { type Field, flag, integer, optional, tainted, taintedTexts, text } from "./field.ts";

/**
 * Every kind of event there is: no other kind can be reported, stored or exported. docs/events.md is made from this table,
 * and a test compares the two. A kind's name and fields never change meaning; a new meaning gets a new kind.
 */
export interface Kind {
  readonly summary: string;
  /** Who may report it: a decoy's session (through a worker, so it is hostile input to the parent), or only the parent itself. */
  readonly by: "session" | "sensor";
  /** Which series of journal segments keeps it: `evidence` longest, `traffic` shorter, `health` shortest. */
  readonly retention: "evidence" | "traffic" | "health";
  readonly ecs: EcsClass;
  readonly fields: Readonly<Record<string, Field<unknown>>>;
}

/** Elastic Common Schema categorisation: event.category, event.type, and event.outcome where the kind alone decides it. */
export interface EcsClass {
  readonly category: readonly string[];
  readonly type: readonly string[];
  readonly outcome?: "success" | "failure";
}

const NETWORK_START: EcsClass = { category: ["network"], type: ["connection", "start"] };
const NETWORK_END: EcsClass = { category: ["network"], type: ["connection", "end"] };
const NETWORK_INFO: EcsClass = { category: ["network"], type: ["info"] };
const NETWORK_DENIED: EcsClass = { category: ["network"], type: ["denied"] };
const SESSION_INFO: EcsClass = { category: ["session"], type: ["info"] };
const HOST_INFO: EcsClass = { category: ["host"], type: ["info"] };

export const catalogue = {
  "sensor.start": {
    summary: "The sensor began to listen.",
    by: "sensor", retention: "health", ecs: { category: ["process"], type: ["start"] },
    fields: {
      version: text("The sensor's version.", { ecs: "observer.version" }),
      persona: text("The profile that this host shows."),
      listening: text("What listens, as decoy=address:port, comma-separated."),
    },
  },
  "sensor.stop": {
    summary: "The sensor ended in good order.",
    by: "sensor", retention: "health", ecs: { category: ["process"], type: ["end"] },
    fields: { reason: text("Why: a signal's name or a command.", { ecs: "event.reason" }) },
  },
  "sensor.degraded": {
    summary: "The sensor goes on serving but cannot do all of its work, such as when the disk is full.",
    by: "sensor", retention: "health", ecs: HOST_INFO,
    fields: {
      what: text("What cannot be done: journal, index, quarantine, recordings, wire."),
      reason: text("The cause.", { ecs: "error.message" }),
      lost: integer("Events, files or chunks that were not kept since the last such event."),
    },
  },
  "sensor.recovered": {
    summary: "What was degraded works again.",
    by: "sensor", retention: "health", ecs: HOST_INFO,
    fields: { what: text("What works again."), lost: integer("What was not kept in the meantime, counted.") },
  },
  "worker.replaced": {
    summary: "A worker process died or hung and another took its place.",
    by: "sensor", retention: "health", ecs: HOST_INFO,
    fields: {
      reason: text("How it ended: exit status, signal, or no answer.", { ecs: "event.reason" }),
      sessions: integer("Sessions that ended with it."),
      gapMs: integer("Milliseconds until the new worker was ready."),
    },
  },
  "worker.hostile": {
    summary: "A worker sent a message that its own code would not send: it is treated as taken over, and replaced.",
    by: "sensor", retention: "evidence", ecs: { category: ["intrusion_detection"], type: ["indicator"] },
    fields: { why: text("What was wrong with the message.", { ecs: "error.message" }) },
  },
  fault: {
    summary: "Our own code failed in one session; that session alone was closed.",
    by: "session", retention: "health", ecs: { category: ["host"], type: ["error"] },
    fields: { stack: text("Error and stack.", { ecs: "error.stack_trace" }) },
  },
  "connection.open": {
    summary: "A visitor connected.",
    by: "sensor", retention: "traffic", ecs: NETWORK_START,
    fields: {},
  },
  "connection.close": {
    summary: "The connection ended.",
    by: "sensor", retention: "traffic", ecs: NETWORK_END,
    fields: {
      by: text("Who ended it: visitor, decoy, limit, worker, sensor."),
      durationMs: integer("Milliseconds since it opened.", { ecs: "event.duration" }),
      bytesIn: integer("Bytes from the visitor.", { ecs: "source.bytes" }),
      bytesOut: integer("Bytes to the visitor.", { ecs: "destination.bytes" }),
    },
  },
  "connection.refused": {
    summary: "A visitor was turned away because a cap was reached.",
    by: "sensor", retention: "traffic", ecs: NETWORK_DENIED,
    fields: {
      limit: text("Which cap: connections, connectionsPerSource, workers."),
      count: integer("How many from this source were turned away since the last such event."),
    },
  },
  "limit.reached": {
    summary: "A session used up one of its allowances and was ended or held back.",
    by: "session", retention: "traffic", ecs: NETWORK_DENIED,
    fields: { limit: text("Which allowance: bytesIn, bytesOut, idleMs, durationMs, memory, steps, processes, capture, recording."), amount: integer("The allowance.") },
  },
  malformed: {
    summary: "The visitor sent something that the protocol does not allow.",
    by: "session", retention: "traffic", ecs: NETWORK_INFO,
    fields: {
      why: text("What was wrong.", { ecs: "error.message" }),
      stage: text("Where in the protocol."),
      bytes: optional(tainted("The first bytes of it.", { ecs: "event.original" })),
    },
  },
  "ssh.ident": {
    summary: "An SSH client named itself.",
    by: "session", retention: "traffic", ecs: NETWORK_INFO,
    fields: { ident: tainted("Its identification line, without the line end.", { ecs: "ssh.client.version" }) },
  },
  "ssh.kexinit": {
    summary: "An SSH client listed its algorithms.",
    by: "session", retention: "traffic", ecs: NETWORK_INFO,
    fields: {
      hassh: text("MD5 of the client's algorithm lists (HASSH).", { ecs: "ssh.client.hassh" }),
      hasshAlgorithms: tainted("What the HASSH is made of.", { ecs: "ssh.client.hassh_algorithms" }),
      hostKeyAlgorithms: tainted("Host key algorithms that it takes."),
      negotiated: text("What was agreed: key exchange, host key, cipher, MAC and compression each way; empty if nothing fits."),
    },
  },
  "telnet.option": {
    summary: "A telnet client told something about itself by an option.",
    by: "session", retention: "traffic", ecs: NETWORK_INFO,
    fields: { option: text("The option's name, such as TTYPE or NEW-ENVIRON."), value: tainted("What it said.") },
  },
  "exploit.attempt": {
    summary: "The visitor sent a known exploit.",
    by: "session", retention: "evidence", ecs: { category: ["intrusion_detection"], type: ["indicator"] },
    fields: { name: text("Its name, a CVE number where there is one.", { ecs: "vulnerability.id" }), evidence: tainted("The bytes that show it.", { ecs: "event.original" }) },
  },
  "auth.attempt": {
    summary: "The visitor tried to log in.",
    by: "session", retention: "evidence", ecs: { category: ["authentication"], type: ["start"] },
    fields: {
      method: text("none, password, keyboard-interactive, publickey, login.", { ecs: "deception.auth.method" }),
      user: tainted("The user name.", { ecs: "user.name" }),
      password: optional(tainted("The password, as sent.", { ecs: "deception.auth.password" })),
      publicKey: optional(text("The public key, base64.", { ecs: "deception.auth.public_key" })),
      keyType: optional(tainted("The public key's algorithm.")),
      fingerprint: optional(text("The public key's SHA256 fingerprint.", { ecs: "deception.auth.fingerprint" })),
      accepted: flag("Whether it got in.", { ecs: "event.outcome" }),
      rule: optional(text("Which rule of the policy let it in.")),
    },
  },
  "session.environment": {
    summary: "The visitor set an environment variable.",
    by: "session", retention: "traffic", ecs: SESSION_INFO,
    fields: { name: tainted("The variable."), value: tainted("Its value.") },
  },
  "terminal.open": {
    summary: "A shell or a command was started for the visitor.",
    by: "session", retention: "evidence", ecs: { category: ["session"], type: ["start"] },
    fields: {
      terminal: integer("Its number within the session."),
      type: optional(tainted("The terminal's type.")),
      columns: optional(integer("Width.", { ecs: "process.tty.columns" })),
      rows: optional(integer("Height.", { ecs: "process.tty.rows" })),
      command: optional(tainted("The command, if it is not a login shell.", { ecs: "process.command_line" })),
    },
  },
  "terminal.close": {
    summary: "The shell or command ended.",
    by: "session", retention: "evidence", ecs: { category: ["session"], type: ["end"] },
    fields: { terminal: integer("Its number."), status: integer("Exit status; 128 + n after a signal.", { ecs: "process.exit_code" }) },
  },
  "command.input": {
    summary: "The visitor entered a line at a prompt, or had one run.",
    by: "session", retention: "evidence", ecs: { category: ["process"], type: ["start"] },
    fields: {
      line: tainted("The line, as entered.", { ecs: "process.command_line" }),
      directory: optional(tainted("The working directory.", { ecs: "process.working_directory" })),
      interactive: flag("Typed at a prompt.", { ecs: "process.interactive" }),
    },
  },
  "command.unknown": {
    summary: "The visitor called a program that this persona does not have: a hint at what to build.",
    by: "session", retention: "evidence", ecs: { category: ["process"], type: ["info"] },
    fields: { program: tainted("Its name.", { ecs: "process.name" }) },
  },
  "download.request": {
    summary: "The visitor asked this host to fetch something. Nothing was fetched unless the event says so.",
    by: "session", retention: "evidence", ecs: { category: ["network", "file"], type: ["access"] },
    fields: { url: tainted("The address.", { ecs: "url.full" }), program: text("wget, curl, tftp, ftpget, ...", { ecs: "process.name" }), fetched: flag("Whether anything was fetched.") },
  },
  "file.captured": {
    summary: "A file that the visitor brought is in quarantine.",
    by: "sensor", retention: "evidence", ecs: { category: ["file"], type: ["creation"] },
    fields: {
      sha256: text("SHA-256 of what was kept.", { ecs: "file.hash.sha256" }),
      size: integer("Bytes kept.", { ecs: "file.size" }),
      name: tainted("The name that the visitor gave it.", { ecs: "file.path" }),
      way: text("How it came: scp, sftp, redirect, echo-loader, ..."),
      truncated: flag("It was larger than the cap."),
      duplicate: flag("The same content was in quarantine already."),
    },
  },
  "file.read": {
    summary: "The visitor took a file away.",
    by: "session", retention: "evidence", ecs: { category: ["file"], type: ["access"] },
    fields: { path: tainted("Its path.", { ecs: "file.path" }), way: text("scp, sftp."), size: integer("Bytes.", { ecs: "file.size" }) },
  },
  "tunnel.request": {
    summary: "The visitor wanted this host to connect elsewhere, or to listen. No packet left.",
    by: "session", retention: "evidence", ecs: NETWORK_INFO,
    fields: {
      way: text("direct-tcpip, tcpip-forward, direct-streamlocal, ..."),
      host: tainted("Where to.", { ecs: "destination.address" }),
      port: integer("Port.", { ecs: "destination.port" }),
      answer: text("refused, or the canned service that answered."),
    },
  },
  "tunnel.data": {
    summary: "What the visitor sent into a tunnel that a canned service answered.",
    by: "session", retention: "evidence", ecs: NETWORK_INFO,
    fields: { host: tainted("Where to."), port: integer("Port."), bytes: tainted("The first bytes.", { ecs: "event.original" }) },
  },
  "terminal.recorded": {
    summary: "A terminal's recording is whole and can be replayed.",
    by: "sensor", retention: "evidence", ecs: SESSION_INFO,
    fields: { terminal: integer("Its number."), durationMs: integer("Length in milliseconds."), bytes: integer("Size of the recording.", { ecs: "process.io.total_bytes_captured" }), truncated: flag("It was longer than the cap.") },
  },
  "protocol.note": {
    summary: "Something else that the protocol showed about the visitor.",
    by: "session", retention: "traffic", ecs: NETWORK_INFO,
    fields: { what: text("What it is."), values: taintedTexts("Its values.") },
  },
  "fingerprint.shown": {
    summary: "A responder said what a known honeypot says.",
    by: "session", retention: "traffic", ecs: NETWORK_INFO,
    fields: { fingerprint: text("Which: a fingerprint's id."), said: tainted("What the visitor had said, its beginning.", { ecs: "event.original" }) },
  },
  "suspicion.changed": {
    summary: "A source went from one state of suspicion to another.",
    by: "sensor", retention: "evidence", ecs: NETWORK_INFO,
    fields: {
      who: text("The source: an address, or an IPv6 network."),
      from: text("The state before: trusted, known, unknown, suspect or hostile."),
      to: text("The state now."),
      reason: text("Why, a sentence.", { ecs: "event.reason" }),
      score: integer("Its points of suspicion.", { ecs: "event.risk_score" }),
    },
  },
  "operator.action": {
    summary: "Somebody changed the sensor through its control interface or command line.",
    by: "sensor", retention: "evidence", ecs: { category: ["configuration"], type: ["change"] },
    fields: { action: text("What was done.", { ecs: "event.reason" }), by: text("Who: a local user id, or a token's name.", { ecs: "user.id" }) },
  },
} as const satisfies Readonly<Record<string, Kind>>;

export type KindName = keyof typeof catalogue;
