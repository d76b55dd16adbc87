import { exchange, openPort, remoteView } from "../../../../views/build-view.ts";
import type { Exchange, PortView, RemoteView, TlsView } from "../../../../views/remote-view.ts";

/** Short ways to tell of hosts that were only thought of. */
export type Answers = Readonly<Record<string, string | Uint8Array>>;

/** A port and its answers by stimulus. */
export function told(port: number, answers: Answers, parts: Partial<PortView> = {}): PortView {
  const exchanges = Object.entries(answers).map(([stimulus, answer]) =>
    exchange(stimulus, answer, { said: stimulus.startsWith("null") ? "" : "?" }),
  );
  return openPort(port, exchanges, parts);
}

/** A host with one port. */
export function host(port: number, answers: Answers, parts: Partial<PortView> = {}): RemoteView {
  return remoteView({ ports: [told(port, answers, parts)] });
}

export function hosts(...ports: readonly PortView[]): RemoteView {
  return remoteView({ ports });
}

/** A conversation with a server that speaks first. */
export function afterGreeting(stimulus: string, greeting: string, answer: string): Exchange {
  const turn = (from: "us" | "them", atMs: number, text: string) => ({ from, atMs, bytes: Buffer.from(text, "latin1") });
  return { stimulus, over: "plain", turns: [turn("them", 2, greeting), turn("us", 250, "?"), turn("them", 300, answer)], ended: "silence" };
}

/** A line service: its greeting, and answers behind it. */
export function lines(port: number, greeting: string, answers: Readonly<Record<string, string>>): RemoteView {
  const talks = Object.entries(answers).map(([stimulus, answer]) => afterGreeting(stimulus, greeting, answer));
  return remoteView({ ports: [openPort(port, [exchange("null", greeting), ...talks])] });
}

export const hexText = (digits: string) => Buffer.from(digits.replaceAll(/\s/g, ""), "hex").toString("latin1");

export function certified(parts: Partial<TlsView>): RemoteView {
  const tls: TlsView = {
    protocol: "TLSv1.3",
    cipher: "TLS_AES_256_GCM_SHA384",
    subject: "CN=www.example.org",
    issuer: "C=US, O=Let's Encrypt, CN=R11",
    serial: "03A9F1C2D4E5F60718293A4B5C6D7E8F9012",
    sha256: "00",
    signatureAlgorithm: "sha256WithRSAEncryption",
    keyBits: 2048,
    notBefore: "Oct 20 10:00:00 2023 GMT",
    notAfter: "Jan 18 10:00:00 2024 GMT",
    selfSigned: false,
    certificate: new Uint8Array(),
    ...parts,
  };
  return host(443, {}, { tls });
}
