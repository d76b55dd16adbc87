import { constants } from "node:crypto";
import type { Socket } from "node:net";
import { createSecureContext, type SecureContext, connect as secureSocket, type TLSSocket } from "node:tls";
import type { TlsView } from "../../views/remote-view.ts";
import { parseCertificate } from "./certificate.ts";
import type { Clock } from "./clock.ts";
import { parseServerHello } from "./tls-hello.ts";

export interface SecureOptions {
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

let context: SecureContext | undefined;

/** Old versions, weak keys and old digests are what we came to see: nothing is refused but what the library has no code for. */
function anything(): SecureContext {
  context ??= createSecureContext({
    minVersion: "TLSv1",
    maxVersion: "TLSv1.3",
    ciphers: "ALL:COMPLEMENTOFALL:@SECLEVEL=0",
    secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
  });
  return context;
}

/**
 * Shakes hands over a connection that stands, whatever the certificate says. When it fails the socket is gone, and the answer says
 * whether that was TLS at all.
 */
export function secure(socket: Socket, { timeoutMs, clock, signal }: SecureOptions): Promise<TLSSocket | "broken tls" | "no tls"> {
  return new Promise((resolve) => {
    const settle = (secured: TLSSocket | "broken tls" | "no tls") => {
      cancel();
      signal.removeEventListener("abort", giveUp);
      if (typeof secured === "string") {
        stream.destroy();
        socket.destroy();
      }
      resolve(secured);
    };
    const giveUp = () => settle("no tls");
    const cancel = clock.after(timeoutMs, giveUp);
    const stream = secureSocket({ socket, secureContext: anything(), rejectUnauthorized: false, checkServerIdentity: () => undefined });
    // Stays for good, as on the plain socket.
    stream.on("error", (error) => settle(isTlsError(error) ? "broken tls" : "no tls"));
    stream.once("close", giveUp);
    stream.once("secureConnect", () => settle(stream));
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
  });
}

/** The library's complaints about bytes that are no TLS; every other one is about TLS that it does not like. */
const NO_TLS = new Set([
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_SSL_HTTP_REQUEST",
  "ERR_SSL_UNEXPECTED_MESSAGE",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
]);

function isTlsError(error: Error): boolean {
  const code = "code" in error ? String(error.code) : "";
  return code.startsWith("ERR_SSL_") && !NO_TLS.has(code);
}

/** What the handshake showed. Undefined: there was no certificate, or one that nobody can read. */
export function tlsView(stream: TLSSocket): TlsView | undefined {
  const raw = stream.getPeerX509Certificate()?.raw;
  const parsed = raw === undefined ? undefined : parseCertificate(raw);
  if (parsed?.status !== "done") return undefined;
  const cipher = stream.getCipher();
  return { protocol: stream.getProtocol() ?? "", cipher: cipher.standardName || cipher.name, ...parsed.value };
}

/** What the first messages showed, where no library would go on. */
export function helloView(heard: Uint8Array): TlsView | undefined {
  const hello = parseServerHello(heard);
  const parsed = hello.status === "done" ? parseCertificate(hello.value.certificate) : undefined;
  if (hello.status !== "done" || parsed?.status !== "done") return undefined;
  return { protocol: hello.value.protocol, cipher: hello.value.cipher, ...parsed.value };
}
