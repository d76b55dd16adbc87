import { emit, type Fingerprint, fingerprintStimuli } from "../../../../fingerprints/index.ts";
import { hear, type Step, type Stimulus } from "../../../../stimuli/stimulus.ts";
import { remoteView } from "../../../../views/build-view.ts";
import type { Exchange, PortView, RemoteView, TlsView, Turn } from "../../../../views/remote-view.ts";

/** Views of hosts that show given fingerprints, each on a port of its own, as a prober would have seen them; nothing is sent anywhere. */
const FIRST_PORT = 20_000;

export function viewShowing(entries: readonly Fingerprint[]): RemoteView {
  const ports = entries.flatMap((entry, index) => portsFor(entry, FIRST_PORT + index, (said) => emit(entry, said)));
  return remoteView({ ports });
}

/** The same questions, asked to a host that answers each in a way which no product has. */
export function viewWithout(entries: readonly Fingerprint[]): RemoteView {
  const ports = entries.flatMap((entry, index) => portsFor(entry, FIRST_PORT + index, () => Buffer.from("ready\r\n", "latin1")));
  return remoteView({
    ports: ports.map(({ tls, ...port }) => ({ ...port, ...(tls === undefined ? {} : { tls: ORDINARY_TLS }), state: "closed" })),
  });
}

/** A host whose one port shows a fingerprint, asked everything that is asked for any fingerprint. */
export function viewAskedEverything(entry: Fingerprint): RemoteView {
  const { transport, protocol } = entry;
  const asked = [nothing(protocol, transport), ...fingerprintStimuli().filter((one) => one.transport === transport)];
  const exchanges = asked.map((stimulus) => exchangeWith(stimulus, (said) => emit(entry, said)));
  return remoteView({ ports: [{ transport, state: "open", connectMs: [1], trials: {}, port: FIRST_PORT, exchanges }] });
}

export function stimulusFor(entry: Fingerprint): Stimulus | undefined {
  const { stimulus, protocol, transport } = entry;
  if (stimulus === "null") return nothing(protocol, transport);
  return fingerprintStimuli().find(({ id }) => id === stimulus);
}

function nothing(protocol: string, transport: "tcp" | "udp"): Stimulus {
  return { id: "null", protocol, transport, sentTo: "every-port", ports: [], steps: [hear(4000, 400)], quick: true };
}

/** Who answers what was said so far. */
type Answer = (said: Uint8Array) => Uint8Array;

function portsFor(entry: Fingerprint, port: number, answer: Answer): readonly PortView[] {
  const { sign, transport } = entry;
  const open = { transport, state: "open", connectMs: [1], trials: {} } as const;
  if (sign.kind === "ports") return sign.ports.map((one) => ({ ...open, port: one, exchanges: [] }));
  if (sign.kind === "certificate") return [{ ...open, port, exchanges: [], tls: tlsOf(sign.subject, sign.serial) }];
  const stimulus = stimulusFor(entry);
  return stimulus === undefined ? [] : [{ ...open, port, exchanges: [exchangeWith(stimulus, answer)] }];
}

function exchangeWith({ id, steps }: Stimulus, answer: Answer): Exchange {
  const turns: Turn[] = [];
  let said = Buffer.alloc(0);
  let answered = false;
  let atMs = 0;
  const them = (bytes: Uint8Array) => {
    if (bytes.length > 0) turns.push({ from: "them", atMs, bytes });
    return bytes.length > 0;
  };
  them(answer(said));
  for (const bytes of steps.flatMap(sayOf)) {
    atMs += 10;
    turns.push({ from: "us", atMs, bytes });
    said = Buffer.concat([said, bytes]);
    if (!answered) answered = them(answer(said));
  }
  return { stimulus: id, over: "plain", turns, ended: "them" };
}

function sayOf(step: Step): readonly Uint8Array[] {
  return "say" in step ? [step.say] : [];
}

function tlsOf(subject: Readonly<Record<string, string>>, serial = "0A"): TlsView {
  const name = Object.entries(subject)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
  return { ...ORDINARY_TLS, subject: name, issuer: name, serial };
}

const ORDINARY_TLS: TlsView = {
  protocol: "TLSv1.3",
  cipher: "TLS_AES_256_GCM_SHA384",
  subject: "CN=host.example",
  issuer: "CN=host.example",
  serial: "0A",
  sha256: "",
  signatureAlgorithm: "sha256WithRSAEncryption",
  keyBits: 2048,
  notBefore: "2026-01-01T00:00:00Z",
  notAfter: "2027-01-01T00:00:00Z",
  selfSigned: true,
  certificate: new Uint8Array(),
};
