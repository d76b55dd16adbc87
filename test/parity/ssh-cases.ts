import { sshString, uint32 } from "../../src/decoys/ssh/crypto/field.ts";
import { authRequest, passwordRequest, serviceRequest, type TestClient } from "../../src/decoys/ssh/testclient/test-client.ts";
import { kexMarkers } from "../../src/decoys/ssh/transport/kex-method.ts";
import type { SshCase } from "./ssh-ask.ts";

/** Bad input to SSH servers, and some good, by name. */

const ident = Buffer.from("SSH-2.0-parity_1\r\n");

/** A packet in the clear, of the right form unless told otherwise. */
function packet(payload: Buffer, wrong: { padding?: number; length?: number } = {}): Buffer {
  const shortest = 8 - ((5 + payload.length) % 8);
  const padding = wrong.padding ?? (shortest < 4 ? shortest + 8 : shortest);
  const length = wrong.length ?? 1 + payload.length + padding;
  return Buffer.concat([uint32(length), Buffer.of(padding), payload, Buffer.alloc(padding)]);
}

function kexInit(
  names: { kex?: string; hostKey?: string; cipher?: string; mac?: string; compression?: string; guess?: boolean } = {},
): Buffer {
  const {
    kex = "curve25519-sha256",
    hostKey = "ssh-ed25519",
    cipher = "aes128-ctr",
    mac = "hmac-sha2-256",
    compression = "none",
    guess = false,
  } = names;
  const lists = [kex, hostKey, cipher, cipher, mac, mac, compression, compression, "", ""].map((list) => sshString(list));
  return Buffer.concat([Buffer.of(20), Buffer.alloc(16, "c"), ...lists, Buffer.of(guess ? 1 : 0), uint32(0)]);
}

const strict = kexInit({ kex: `curve25519-sha256,${kexMarkers.strictClient}` });
/** The base point's x: a valid public value. */
const kexStart = Buffer.concat([Buffer.of(30), sshString(Buffer.concat([Buffer.of(9), Buffer.alloc(31)]))]);
const disconnect = Buffer.concat([Buffer.of(1), uint32(11), sshString("bye"), sshString("")]);
const ignore = Buffer.concat([Buffer.of(2), sshString("x")]);
const debug = Buffer.concat([Buffer.of(4, 1), sshString("x"), sshString("")]);

const identifications: Readonly<Record<string, string>> = {
  "a version without minor number": "SSH-1337-OpenSSH_9.0\r\n",
  "version 1.0": "SSH-1.0-x\r\n",
  "version 3.0": "SSH-3.0-x\r\n",
  "version 1.99": "SSH-1.99-x\r\n",
  "ten line ends": "\n".repeat(10),
  "two empty lines": "\r\n\r\n",
  "an HTTP request": "GET / HTTP/1.0\r\n\r\n",
  "a NUL in the identification": "SSH-2.0-a\0b\r\n",
  "a CR in the middle": "SSH-2.0-a\rb\r\n",
  "an identification without software": "SSH-2.0-\r\n",
  "300 bytes of software": `SSH-2.0-${"a".repeat(300)}\r\n`,
  "8300 bytes of software": `SSH-2.0-${"a".repeat(8300)}\r\n`,
  "a line end without CR": "SSH-2.0-x\n",
  "blanks at the end": "SSH-2.0-x  \r\n",
  "a scanner by name": "SSH-2.0-Probe-1\r\n",
  "lower case": "ssh-2.0-x\r\n",
  "no line end": "SSH-2.0-x",
};

const packets: Readonly<Record<string, Buffer>> = {
  "line ends after the identification": Buffer.from("\n".repeat(10)),
  "the identification twice": ident,
  "a KEXINIT that ends early": packet(kexInit().subarray(0, 40)),
  "an empty KEXINIT": packet(Buffer.of(20)),
  "a packet of length 0": Buffer.concat([uint32(0), Buffer.alloc(12)]),
  "a packet of length 2^31-1": Buffer.concat([uint32(0x7fff_ffff), Buffer.of(4), Buffer.alloc(11)]),
  "a packet of length 262149": Buffer.concat([uint32(262_149), Buffer.of(4), Buffer.alloc(11)]),
  "a packet that is no multiple of the block": Buffer.concat([uint32(13), Buffer.of(4), Buffer.alloc(35)]),
  "three bytes of padding": packet(Buffer.concat([kexInit(), Buffer.alloc(8 - ((8 + kexInit().length) % 8))]), { padding: 3 }),
  "more padding than packet": Buffer.concat([uint32(12), Buffer.of(200, 20), Buffer.alloc(10)]),
  "nothing but padding": Buffer.concat([uint32(12), Buffer.of(11), Buffer.alloc(11)]),
  "message 0": packet(Buffer.from("\0abc")),
  "message 192": packet(Buffer.from([192, 1, 2])),
  "message 255": packet(Buffer.from([255, 1, 2])),
  "an unknown message before KEXINIT": packet(Buffer.from([23, 1])),
  "a service request before keys": packet(serviceRequest()),
  "IGNORE before KEXINIT": Buffer.concat([packet(ignore), packet(kexInit())]),
  "DEBUG before KEXINIT": Buffer.concat([packet(debug), packet(kexInit())]),
  "UNIMPLEMENTED before KEXINIT": Buffer.concat([packet(Buffer.from([3, 0, 0, 0, 0])), packet(kexInit())]),
  "a login before keys": Buffer.concat([packet(kexInit()), packet(authRequest("root", "none"))]),
  DISCONNECT: packet(disconnect),
  "a DISCONNECT that ends early": packet(Buffer.from([1, 0])),
  "NEWKEYS at once": packet(Buffer.of(21)),
  "NEWKEYS after KEXINIT": Buffer.concat([packet(kexInit()), packet(Buffer.of(21))]),
  "KEXINIT twice": Buffer.concat([packet(kexInit()), packet(kexInit())]),
  "no common key exchange": packet(kexInit({ kex: "nope" })),
  "no common host key": packet(kexInit({ hostKey: "nope" })),
  "no common cipher": packet(kexInit({ cipher: "nope" })),
  "no common MAC": packet(kexInit({ mac: "nope" })),
  "no common compression": packet(kexInit({ compression: "nope" })),
  "a key exchange before KEXINIT": packet(kexStart),
  "a public value of three bytes": Buffer.concat([packet(kexInit()), packet(Buffer.concat([Buffer.of(30), sshString("abc")]))]),
  "a public value of zeros": Buffer.concat([packet(kexInit()), packet(Buffer.concat([Buffer.of(30), sshString(Buffer.alloc(32))]))]),
  "a key exchange that ends early": Buffer.concat([packet(kexInit()), packet(Buffer.from([30, 0, 0]))]),
  "a key exchange that goes on": Buffer.concat([packet(kexInit()), packet(Buffer.concat([kexStart, Buffer.from("zz")]))]),
  "the server's key exchange message": Buffer.concat([packet(kexInit()), packet(Buffer.from([31, 1, 2]))]),
  "an unknown message after KEXINIT": Buffer.concat([packet(kexInit()), packet(Buffer.from([23, 1]))]),
  "IGNORE before a strict KEXINIT": Buffer.concat([packet(ignore), packet(strict)]),
  "IGNORE in a strict key exchange": Buffer.concat([packet(strict), packet(ignore)]),
  "an unknown message in a strict key exchange": Buffer.concat([packet(strict), packet(Buffer.from([23, 1]))]),
  "a strict KEXINIT twice": Buffer.concat([packet(strict), packet(strict)]),
  "a good key exchange": Buffer.concat([packet(kexInit()), packet(kexStart)]),
  "a key exchange twice": Buffer.concat([packet(kexInit()), packet(kexStart), packet(kexStart)]),
  "IGNORE before NEWKEYS": Buffer.concat([packet(kexInit()), packet(kexStart), packet(ignore)]),
  "NEWKEYS with data": Buffer.concat([packet(kexInit()), packet(kexStart), packet(Buffer.from([21, 1, 2]))]),
  "garbage after NEWKEYS": Buffer.concat([packet(kexInit()), packet(kexStart), packet(Buffer.of(21)), Buffer.alloc(64, 0x5a)]),
  "a wrong guess": Buffer.concat([packet(kexInit({ guess: true })), packet(Buffer.from([30, 1])), packet(kexStart)]),
  "a right guess of the second name": Buffer.concat([
    packet(kexInit({ kex: "nope,curve25519-sha256", guess: true })),
    packet(Buffer.from([30, 1])),
    packet(kexStart),
  ]),
};

const etm = { cipher: "aes128-ctr", mac: "hmac-sha2-256-etm@openssh.com" };
const ctr = { cipher: "aes128-ctr", mac: "hmac-sha2-256" };

/** What a client says under keys, one after the other without waiting. */
function saying(...payloads: readonly Buffer[]): (client: TestClient) => void {
  return (client) => {
    for (const payload of payloads) client.send(payload);
  };
}

/** The last byte of the packet is wrong: its tag. */
function tampered(client: TestClient): void {
  const sealed = client.seal(serviceRequest());
  sealed.writeUInt8(sealed.readUInt8(sealed.length - 1) ^ 1, sealed.length - 1);
  client.raw(sealed);
}

const login = serviceRequest();
const keyFields = (algorithm: string, blob: Buffer): Buffer => Buffer.concat([Buffer.of(0), sshString(algorithm), sshString(blob)]);
const someKey = Buffer.concat([sshString("ssh-ed25519"), sshString(Buffer.alloc(32, 7))]);

const secured: readonly SshCase[] = [
  { name: "the login service", say: saying(login) },
  { name: "an unknown service", say: saying(serviceRequest("nope")) },
  { name: "the connection service before the login", say: saying(serviceRequest("ssh-connection")) },
  { name: "a service request that ends early", say: saying(Buffer.from([5, 0, 0])) },
  { name: "a login before its service", say: saying(authRequest("root", "none")) },
  { name: "method none", say: saying(login, authRequest("root", "none")) },
  { name: "an unknown method", say: saying(login, authRequest("root", "nope")) },
  {
    name: "keyboard-interactive that is not offered",
    say: saying(login, authRequest("root", "keyboard-interactive", Buffer.concat([sshString(""), sshString("")]))),
  },
  {
    name: "a login for an unknown service",
    say: saying(login, Buffer.concat([Buffer.of(50), sshString("root"), sshString("nope"), sshString("none")])),
  },
  { name: "a login that ends early", say: saying(login, authRequest("root", "none").subarray(0, 20)) },
  { name: "a password request that ends early", say: saying(login, authRequest("root", "password", Buffer.of(0))) },
  { name: "a password request that goes on", say: saying(login, Buffer.concat([passwordRequest("root", "x"), Buffer.of(0)])) },
  { name: "another user in the second request", say: saying(login, authRequest("root", "none"), authRequest("admin", "none")) },
  { name: "a key that nobody knows", say: saying(login, authRequest("root", "publickey", keyFields("ssh-ed25519", someKey))) },
  { name: "a key of no type", say: saying(login, authRequest("root", "publickey", keyFields("nope", Buffer.from("abc")))) },
  { name: "a key request that ends early", say: saying(login, authRequest("root", "publickey", Buffer.from([0, 0]))) },
  { name: "an answer that nobody asked for", say: saying(login, Buffer.concat([Buffer.of(61), uint32(1), sshString("x")])) },
  {
    name: "a channel before the login",
    say: saying(login, Buffer.concat([Buffer.of(90), sshString("session"), uint32(0), uint32(0), uint32(0)])),
  },
  { name: "an unknown message before the login", say: saying(Buffer.from([23, 1])) },
  { name: "message 70 before the login", say: saying(login, Buffer.from([70, 1])) },
  { name: "message 200 before the login", say: saying(Buffer.from([200, 1])) },
  { name: "NEWKEYS out of turn", say: saying(Buffer.of(21)) },
  { name: "a key exchange without KEXINIT", say: saying(kexStart) },
  { name: "an empty KEXINIT under keys", say: saying(Buffer.of(20)) },
  { name: "IGNORE, DEBUG and then the login service", say: saying(ignore, debug, login) },
  { name: "DISCONNECT under keys", say: saying(disconnect) },
  { name: "a wrong tag, chacha20-poly1305", say: tampered },
  { name: "a wrong MAC, encrypt and MAC", lists: ctr, say: tampered },
  { name: "a wrong length, encrypt and MAC", lists: ctr, say: (client) => client.raw(Buffer.alloc(64, 0x11)) },
];

/** Only where the server has the algorithm. */
export const opensshOnly: readonly SshCase[] = [
  { name: "a wrong MAC, encrypt then MAC", lists: etm, say: tampered },
  { name: "a wrong length, encrypt then MAC", lists: etm, say: (client) => client.raw(Buffer.concat([uint32(13), Buffer.alloc(64)])) },
  { name: "a wrong tag, AES-GCM", lists: { cipher: "aes128-gcm@openssh.com" }, say: tampered },
  { name: "a login with style", say: saying(login, passwordRequest("root:style", "x")) },
  {
    name: "a host-bound key",
    say: saying(
      login,
      authRequest("root", "publickey-hostbound-v00@openssh.com", Buffer.concat([keyFields("ssh-ed25519", someKey), sshString(someKey)])),
    ),
  },
  { name: "seven wrong passwords", say: saying(login, ...Array.from({ length: 7 }, () => passwordRequest("root", "x"))) },
  {
    name: "a change of password",
    say: saying(login, authRequest("root", "password", Buffer.concat([Buffer.of(1), sshString("a"), sshString("b")]))),
  },
  { name: "a user's name of 5000 bytes", say: saying(login, authRequest("a".repeat(5000), "none")) },
  { name: "a NUL in the user's name", say: saying(login, authRequest("ro\0ot", "none")) },
  { name: "group exchange", lists: { kex: "diffie-hellman-group-exchange-sha256" }, say: saying(login) },
];

export const sshCases: readonly SshCase[] = [
  ...Object.entries(identifications).map(([name, text]) => ({ name, bytes: Buffer.from(text, "latin1") })),
  { name: "bytes above 127", bytes: Buffer.from(Array.from({ length: 256 }, (_, i) => 128 + (i % 128))) },
  ...Object.entries(packets).map(([name, bytes]) => ({ name, bytes: Buffer.concat([ident, bytes]) })),
  ...secured,
];
