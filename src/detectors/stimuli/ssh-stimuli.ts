import { exchangeFor } from "./ssh-key-exchange.ts";
import { hear, type Stimulus, say } from "./stimulus.ts";
import { answer, greeting, quick, stimulusMaker } from "./stimulus-maker.ts";

/**
 * What SSH servers are asked: their lists of algorithms, a host key of each type, and the beginnings that OpenSSH refuses in its own words
 * while programs that only speak SSH refuse in those of their library, or not at all.
 */
const ssh = stimulusMaker({ protocol: "ssh", ports: [22, 222, 2022, 2222, 22222, 64295] });

const IDENT = "SSH-2.0-OpenSSH_9.2p1\r\n";
const after = (bytes: string | Uint8Array) => [greeting, say(bytes), answer];
const keyExchange = (hostKey: string) => [
  greeting,
  say(IDENT),
  hear(1200, 200),
  { reply: (heard: Uint8Array) => exchangeFor(heard, hostKey) },
  answer,
];
/** A packet that claims to be 256 MiB long. */
const HUGE_PACKET = Buffer.concat([Buffer.from(IDENT, "latin1"), Buffer.from("10000000045a5a5a5a5a5a5a5a5a5a5a", "hex")]);

export const sshStimuli: readonly Stimulus[] = [
  ssh("kexinit", after(IDENT), quick),
  ssh("kexinit.again", after(IDENT)),
  ssh("bad-version", after("SSH-1337-OpenSSH_9.0\r\n"), quick),
  ssh("version-1", after("SSH-1.0-OpenSSH_1.2.1\r\n")),
  ssh("version-3", after("SSH-3.0-OpenSSH_9.0\r\n"), quick),
  ssh("spacer", after(`${IDENT.trimEnd()}${"\n".repeat(10)}`), quick),
  ssh("double-banner", after(`${IDENT}${IDENT}`), quick),
  ssh("not-ssh", after("GET / HTTP/1.0\r\n\r\n"), quick),
  ssh("newlines", after("\n".repeat(10)), quick),
  ssh("long-ident", after(`SSH-2.0-${"a".repeat(5000)}\r\n`)),
  ssh("huge-packet", after(HUGE_PACKET)),
  ssh("host-key.rsa", keyExchange("rsa"), quick),
  ssh("host-key.rsa.again", keyExchange("rsa")),
  ssh("host-key.ed25519", keyExchange("ed25519")),
  ssh("host-key.ecdsa", keyExchange("ecdsa")),
  ssh("host-key.dsa", keyExchange("dsa")),
];
