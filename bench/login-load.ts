import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import ssh2 from "ssh2";
import { passwordRequest, serviceRequest, TestClient } from "../src/decoys/ssh/testclient/test-client.ts";
import { LOGIN, ssh2Algorithms } from "./login-algorithms.ts";

/**
 * The other side of `logins.ts`, in a process of its own, the same for all servers: logs in with the password, 16 at once, and leaves. For each
 * message `{port, logins, kex}` it answers `{ms, failed}`. Without `kex` the client is the package ssh2's; with one it is our own test client,
 * since ssh2 knows no key exchange with a KEM.
 */
export interface LoadOrder {
  readonly port: number;
  readonly logins: number;
  readonly kex?: string;
  /** Logins begin no faster than this, so that a slow client's server is compared with a fast one's under the same load. */
  readonly perSecond?: number;
}

export interface LoadAnswer {
  readonly ms: number;
  /** Why logins failed, each reason once. */
  readonly failures: readonly string[];
}

const AT_ONCE = 16;
const LATE_MS = 20_000;
const chance = (size: number): Buffer => randomBytes(size);

process.on("message", (order: LoadOrder) => {
  void run(order).then((answer) => process.send?.(answer));
});
process.on("disconnect", () => process.exit(0));

async function run({ port, logins, kex, perSecond = Number.POSITIVE_INFINITY }: LoadOrder): Promise<LoadAnswer> {
  const login = kex === undefined ? () => loginWithSsh2(port) : () => loginWithTestClient(port, kex);
  const failures = new Set<string>();
  let left = logins;
  const beganMs = performance.now();
  const lane = async (): Promise<void> => {
    while (left > 0) {
      const begin = beganMs + ((logins - left) / perSecond) * 1_000;
      left -= 1;
      if (begin > performance.now()) await pause(begin - performance.now());
      await login().catch((error: unknown) => failures.add(String(error)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return { ms: performance.now() - beganMs, failures: [...failures] };
}

function loginWithSsh2(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    let isIn = false;
    client.on("ready", () => {
      isIn = true;
      client.end();
    });
    client.on("error", reject);
    client.on("close", () => (isIn ? resolve() : reject(new Error("closed before the login"))));
    client.connect({
      // Without Nagle's algorithm: it would wait for delayed acknowledgements, and the server would idle.
      sock: connect({ port, host: "127.0.0.1", noDelay: true }),
      username: LOGIN.user,
      password: LOGIN.password,
      authHandler: ["password"],
      algorithms: ssh2Algorithms,
      readyTimeout: LATE_MS,
    });
  });
}

const SERVICE_ACCEPT = 6;
const AUTH_SUCCESS = 52;

function loginWithTestClient(port: number, kex: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const client = new TestClient(chance, { kex, hostKeys: LOGIN.hostKey, cipher: LOGIN.cipher });
    let isIn = false;
    let hasAsked = false;
    client.onMessage = (payload) => {
      if (payload[0] === SERVICE_ACCEPT) client.send(passwordRequest(LOGIN.user, LOGIN.password));
      if (payload[0] === AUTH_SUCCESS) isIn = true;
    };
    const flush = (): void => {
      if (isIn) socket.end();
      else socket.write(client.take());
    };
    socket.on("connect", flush);
    socket.on("data", (bytes: Buffer) => {
      client.receive(bytes);
      if (client.exchanges > 0 && !hasAsked) {
        hasAsked = true;
        client.send(serviceRequest());
      }
      flush();
    });
    socket.on("error", reject);
    socket.on("close", () => (isIn ? resolve() : reject(new Error("closed before the login"))));
    socket.setTimeout(LATE_MS, () => socket.destroy(new Error("no answer")));
  });
}
