import { constants } from "node:crypto";
import type { Socket } from "node:net";
import { createSecureContext, type SecureContext, connect as secureSocket, type TLSSocket } from "node:tls";
import type { TlsView } from "../../views/remote-view.ts";
import { parseCertificate } from "./certificate.ts";
import type { Clock } from "./clock.ts";

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

/** Shakes hands over a connection that stands, whatever the certificate says. Undefined: they don't speak TLS; the socket is gone. */
export function secure(socket: Socket, { timeoutMs, clock, signal }: SecureOptions): Promise<TLSSocket | undefined> {
  return new Promise((resolve) => {
    const settle = (secured: TLSSocket | undefined) => {
      cancel();
      signal.removeEventListener("abort", giveUp);
      if (secured === undefined) {
        stream.destroy();
        socket.destroy();
      }
      resolve(secured);
    };
    const giveUp = () => settle(undefined);
    const cancel = clock.after(timeoutMs, giveUp);
    const stream = secureSocket({ socket, secureContext: anything(), rejectUnauthorized: false, checkServerIdentity: () => undefined });
    // Stays for good, as on the plain socket.
    stream.on("error", giveUp);
    stream.once("close", giveUp);
    stream.once("secureConnect", () => settle(stream));
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
  });
}

/** What the handshake showed. Undefined: there was no certificate, or one that nobody can read. */
export function tlsView(stream: TLSSocket): TlsView | undefined {
  const raw = stream.getPeerX509Certificate()?.raw;
  const parsed = raw === undefined ? undefined : parseCertificate(raw);
  if (parsed?.status !== "done") return undefined;
  const cipher = stream.getCipher();
  return { protocol: stream.getProtocol() ?? "", cipher: cipher.standardName || cipher.name, ...parsed.value };
}
