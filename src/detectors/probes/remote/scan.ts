import type { TLSSocket } from "node:tls";
import { PAPER_PORTS } from "../../stimuli/printer-stimuli.ts";
import type { Step } from "../../stimuli/stimulus.ts";
import { hear, say } from "../../stimuli/stimulus.ts";
import { connect } from "./connect.ts";
import { heardIn, type Talk } from "./converse.ts";
import { inLanes } from "./lanes.ts";
import { converseWithin, gateName, opened, type PortRecord, type Run, talk } from "./run.ts";
import { helloView, secure, tlsView } from "./tls.ts";
import { clientHello } from "./tls-hello.ts";
import { greeters, tlsPorts, usualProtocols } from "./usual-ports.ts";

/** The first look at each port: is it open, what does it say unasked, does it speak TLS. */

/** How long a port may take to say something before we do. */
const GREETING_MS = { quick: 1_500, whole: 3_000 } as const;
/** A port that ought to greet is listened to in the background for longer: a tarpit's first line comes after ten seconds. */
const TARPIT_MS = 12_000;
const QUIET_MS = 400;
const MANY_PORTS = 64;

/** Connects to every port and hears its greeting on the same connection. */
export async function scan(run: Run, records: readonly PortRecord[]): Promise<Background> {
  const background: Background = [];
  run.progress.plan(records.length);
  await inLanes(records, run.limits.perHostAtOnce, (record) => scanPort(run, record, background));
  return background;
}

/** Greetings that are still waited for. */
export type Background = Promise<void>[];

async function scanPort(run: Run, record: PortRecord, background: Background): Promise<void> {
  const leave = await run.gate.enter(gateName(record));
  if (leave === undefined) return;
  const { address, clock, signal, limits } = run;
  const connected = await connect({ address, port: record.port, timeoutMs: limits.connectMs, clock, signal });
  record.state = connected.state;
  run.progress.step("ports");
  if (connected.state !== "open") return leave();
  record.connectMs.push(connected.tookMs);
  const heard = { done: false };
  const steps = [hear(patience(run, record, background.length), QUIET_MS)];
  const whole = converseWithin(run, connected.socket, { steps }).then((talked) => {
    leave();
    heard.done = true;
    record.exchanges.push({ stimulus: "null", over: "plain", ...talked });
    recogniseGreeting(run, record, talked);
  });
  await Promise.race([whole, pause(run, run.quick ? GREETING_MS.quick : GREETING_MS.whole)]);
  if (!heard.done) background.push(whole);
}

function patience(run: Run, record: PortRecord, waitingFor: number): number {
  if (run.quick) return GREETING_MS.quick;
  const shouldGreet = usualProtocols(record.port).some((protocol) => greeters.has(protocol));
  return shouldGreet && waitingFor < MANY_PORTS ? TARPIT_MS : GREETING_MS.whole;
}

function recogniseGreeting(run: Run, record: PortRecord, talked: Talk): void {
  const heard = heardIn(talked.turns);
  if (heard.length > 0) learn(run, record, heard);
}

/** Adds the protocols that what was heard shows. */
export function learn(run: Run, record: PortRecord, heard: Uint8Array): void {
  const found = run.recognise(heard, record.port);
  for (const protocol of typeof found === "string" ? [found] : (found ?? [])) record.protocols.add(protocol);
}

function pause({ clock, signal }: Run, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      cancel();
      signal.removeEventListener("abort", settle);
      resolve();
    };
    const cancel = clock.after(ms, settle);
    signal.addEventListener("abort", settle, { once: true });
  });
}

/** Shakes hands for TLS where nobody spoke in the clear, and hears what is said within. */
export async function tryTls(run: Run, records: readonly PortRecord[], untilMs: number): Promise<void> {
  const wanted = records.filter((record) => isWorthTls(run, record));
  run.progress.plan(wanted.length);
  await inLanes(wanted, run.limits.perHostAtOnce, async (record) => {
    if (run.clock.nowMs() > untilMs) return run.leftOut.unsent("out of time", "tls handshake");
    await tryTlsPort(run, record);
    run.progress.step("tls");
  });
}

function isWorthTls(run: Run, record: PortRecord): boolean {
  if (record.state !== "open" || PAPER_PORTS.includes(record.port)) return false;
  if (tlsPorts.has(record.port)) return true;
  const greeted = record.exchanges.some(({ turns }) => turns.length > 0);
  return !greeted && !(run.quick && usualProtocols(record.port).length > 0);
}

async function tryTlsPort(run: Run, record: PortRecord): Promise<void> {
  const leave = await run.gate.enter(gateName(record));
  if (leave === undefined) return;
  try {
    const plain = await opened(run, record, "plain");
    if (typeof plain === "string") return;
    const stream = await secure(plain, { timeoutMs: run.limits.connectMs, clock: run.clock, signal: run.signal });
    if (typeof stream !== "string") return await hearWithin(run, record, stream);
    if (stream === "no tls") return;
  } finally {
    leave();
  }
  const talked = await talk(run, record, {
    steps: [say(clientHello(run.random(32))), hear(run.limits.connectMs, QUIET_MS)],
    over: "plain",
  });
  const view = talked === undefined ? undefined : helloView(heardIn(talked.turns));
  if (view !== undefined) record.tls = view;
}

async function hearWithin(run: Run, record: PortRecord, stream: TLSSocket): Promise<void> {
  record.speaksTls = true;
  const view = tlsView(stream);
  if (view !== undefined) record.tls = view;
  const steps: readonly Step[] = [hear(run.quick ? 500 : 1_000, QUIET_MS)];
  const talked = await converseWithin(run, stream, { steps });
  record.exchanges.push({ stimulus: "null", over: "tls", ...talked });
  recogniseGreeting(run, record, talked);
}
