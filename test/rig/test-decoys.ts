import type { Decoy } from "../../src/decoy/decoy.ts";
import { object } from "../../src/shape/shape.ts";

/** Small decoys that exercise the host: they echo, pour, hang, throw, remember, capture, record. */
const nothing = {
  options: object("No options", {}),
  persona: object("No persona", {}),
  transport: "tcp",
  standardPorts: [],
  unprivilegedPorts: [],
} as const;

export const echo: Decoy = {
  ...nothing,
  name: "echo",
  summary: "Sends back what it receives.",
  open: (peer) => ({
    start: () => peer.send(Buffer.from("hello\n")),
    receive: (bytes) => {
      if (!peer.send(Uint8Array.from(bytes))) peer.pause();
    },
    drained: () => peer.resume(),
    finish: () => peer.hangUp(),
  }),
};

const POURED = Buffer.alloc(65_536, "x");

/** Obeys one-line commands; see the table. */
export const puppet: Decoy = {
  ...nothing,
  name: "puppet",
  summary: "Does what the visitor says.",
  open: (peer) => {
    const acts: Readonly<Record<string, (argument: string) => void>> = {
      say: (argument) => peer.send(Buffer.from(`${argument}\n`)),
      throw: (argument) => {
        throw new Error(argument);
      },
      hang: () => {
        for (;;);
      },
      die: () => process.exit(7),
      pour: (argument) => {
        for (let left = Number(argument); left > 0; left -= 1) peer.send(POURED);
      },
      bye: () => peer.hangUp(),
      reset: () => peer.hangUp("reset"),
      later: (argument) => {
        peer.after(Number(argument), () => peer.send(Buffer.from("later\n")));
      },
      observe: (argument) => {
        for (let left = Number(argument); left > 0; left -= 1)
          peer.observe({ kind: "ssh.ident", fields: { ident: Buffer.from([0x41, 0xff]) } });
      },
      long: (argument) => peer.observe({ kind: "ssh.ident", fields: { ident: "é".repeat(Number(argument)) } }),
      remember: (argument) => peer.send(Buffer.from(`${peer.memory.write(Buffer.from(argument))}\n`)),
      recall: () => peer.send(Buffer.from(`${Buffer.from(peer.memory.read() ?? []).toString()}\n`)),
      capture: (argument) => {
        const file = peer.capture({ name: "../../etc/x", way: "scp" });
        const taken = file.write(Buffer.alloc(Number(argument), "c"));
        file.close();
        peer.send(Buffer.from(`${taken}\n`));
      },
      record: (argument) => {
        peer.record({ terminal: 0, way: "size", columns: 80, rows: 24 });
        peer.record({ terminal: 0, way: "out", bytes: Buffer.alloc(Number(argument), "r") });
      },
      tls: () => peer.secure(),
    };
    let line = "";
    return {
      receive: (bytes) => {
        line += Buffer.from(bytes).toString("latin1");
        for (let end = line.indexOf("\n"); end >= 0; end = line.indexOf("\n")) {
          const [act = "", argument = ""] = line.slice(0, end).split(" ", 2);
          line = line.slice(end + 1);
          acts[act]?.(argument);
        }
        if (line.length > 65_536) line = "";
      },
    };
  },
};
