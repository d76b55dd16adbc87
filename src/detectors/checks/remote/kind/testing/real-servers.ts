import { readFileSync } from "node:fs";
import { openPort, remoteView } from "../../../../views/build-view.ts";
import type { Exchange, PortView, RemoteView, Turn } from "../../../../views/remote-view.ts";

/**
 * What real servers of Debian 12 answered to our stimuli on loopback, with their packages' settings: OpenSSH 9.2, dropbear 2022.83, nginx
 * 1.22, Apache 2.4, vsftpd 3.0.3, Redis 7.0 (no password), MariaDB 10.11, PostgreSQL 15, Samba 4.17. A check that finds fault with one of
 * them is wrong.
 */
export const REAL = ["openssh", "dropbear", "nginx", "apache", "vsftpd", "redis", "mariadb", "postgres", "samba"] as const;
export type Real = (typeof REAL)[number];

interface Captured {
  readonly takenAtMs: number;
  readonly servers: Readonly<Record<Real, Server>>;
}

interface Server {
  readonly port: number;
  readonly exchanges: readonly {
    readonly stimulus: string;
    readonly ended: Exchange["ended"];
    /** Who, when (ms), what (Latin-1); of what we said only the beginning. */
    readonly turns: readonly (readonly [Turn["from"], number, string])[];
  }[];
}

const captured: Captured = JSON.parse(readFileSync(new URL("real-answers.json", import.meta.url), "utf8"));

export function realPort(name: Real): PortView {
  const { port, exchanges } = captured.servers[name];
  return openPort(
    port,
    exchanges.map(({ stimulus, ended, turns }) => ({
      stimulus,
      over: "plain",
      ended,
      turns: turns.map(([from, atMs, bytes]) => ({ from, atMs, bytes: Buffer.from(bytes, "latin1") })),
    })),
  );
}

/** A host with these servers, seen when they were. */
export function realHost(...names: readonly Real[]): RemoteView {
  return remoteView({ takenAtMs: captured.takenAtMs, ports: names.map(realPort) });
}

/** The same with other answers to some stimuli, whole conversations as a server that speaks first would have them. */
export function changed(name: Real, answers: Readonly<Record<string, string | Uint8Array>>): RemoteView {
  const port = realPort(name);
  const exchanges = port.exchanges.map((one): Exchange => {
    const answer = answers[one.stimulus];
    if (answer === undefined) return one;
    const said = one.turns.filter(({ from }) => from === "us");
    return {
      ...one,
      ended: "them",
      turns: [...said, { from: "them", atMs: 300, bytes: typeof answer === "string" ? Buffer.from(answer, "latin1") : answer }],
    };
  });
  return remoteView({ takenAtMs: captured.takenAtMs, ports: [{ ...port, exchanges }] });
}
