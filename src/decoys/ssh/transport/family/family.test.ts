import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import test from "node:test";
import type { SshPersona } from "../../persona.ts";
import { meetTransport } from "../../testclient/meeting.ts";
import { cowrieDefault, debianDropbear, debianOpenssh, kippoDefault } from "../../testclient/test-personas.ts";

/** What a server says to raw bytes beyond its identification and KEXINIT, and how it ends. */
function answer(persona: SshPersona, bytes: string | Buffer): string {
  const { meeting } = meetTransport(persona);
  const before = meeting.peer.sent().length;
  meeting.server.receive(Buffer.from(bytes));
  meeting.peer.clock.advance(1);
  const said = meeting.peer.sent().subarray(before);
  const lineEnd = said.indexOf("\u0014");
  const text = lineEnd === 5 ? said.subarray(4 + said.readUInt32BE(0)) : said;
  const words = text[5] === 1 ? text.toString("latin1", 14, 14 + text.readUInt32BE(10)) : text.toString("latin1");
  return `${words}|${meeting.peer.hungUp ?? "open"}`;
}

const invalid = "Invalid SSH identification string.";
const differ = "Protocol major versions differ.";

test("OpenSSH 9.2: what is no identification is told so, and reset if more follows", () => {
  assert.equal(answer(debianOpenssh, "SSH-1337-OpenSSH_9.0\r\n"), `${invalid}\r\n|close`);
  assert.equal(answer(debianOpenssh, "SSH-1.0-x\r\n"), `${differ}\r\n|close`);
  assert.equal(answer(debianOpenssh, "SSH-1.99-x\r\n"), "|open");
  assert.equal(answer(debianOpenssh, "GET / HTTP/1.0\r\n\r\n"), `${invalid}\r\n|reset`);
  assert.equal(answer(debianOpenssh, "SSH-2.0-a\0"), `${invalid}\r\n|close`);
  assert.equal(answer(debianOpenssh, "x".repeat(8193)), `${invalid}\r\n|close`);
  assert.equal(answer(debianOpenssh, "x".repeat(8192)), "|open");
  assert.equal(answer(debianOpenssh, "SSH-2.0-Probe-1\r\n"), "|close");
});

test("OpenSSH 9.2: garbage after the identification closes without a word", () => {
  assert.equal(answer(debianOpenssh, `SSH-2.0-x\r\n${"\n".repeat(10)}`), "|close");
  assert.equal(answer(debianOpenssh, "SSH-2.0-x\r\nSSH-2.0-x\r\n"), "|close");
});

test("dropbear 2022.83 never says a word", () => {
  assert.equal(answer(debianDropbear, "GET / HTTP/1.0\r\n\r\n"), "|reset");
  assert.equal(answer(debianDropbear, "SSH-1.0-x\r\n"), "|close");
  assert.equal(answer(debianDropbear, "y".repeat(255)), "|close");
  assert.equal(answer(debianDropbear, "y".repeat(254)), "|open");
});

test("Cowrie's fingerprints: LF where OpenSSH has CR LF, `Packet corrupt`", () => {
  assert.equal(answer(cowrieDefault, "SSH-1337-OpenSSH_9.0\r\n"), `${differ}\n|close`);
  assert.equal(answer(cowrieDefault, "SSH-3.0-x\r\n"), `${differ}\n|close`);
  assert.equal(answer(cowrieDefault, "\n\n\n\n\n\n\n\n\n\n"), `${invalid}\n|close`);
  assert.equal(answer(cowrieDefault, `SSH-2.0-x\r\n${"\n".repeat(10)}`), "Packet corrupt\n|close");
});

test("Kippo's fingerprints: `bad version`, and eight line ends are `Protocol mismatch.`", () => {
  assert.equal(answer(kippoDefault, "SSH-1337-OpenSSH_9.0\r\n"), "bad version 1337|close");
  assert.equal(answer(kippoDefault, "\n".repeat(8)), "Protocol mismatch.\n|close");
  assert.equal(answer({ ...kippoDefault, texts: {} }, "\n".repeat(8)), "bad packet length 168430090|close");
});

test("Twisted explains itself in disconnects", () => {
  const ident = Buffer.from("SSH-2.0-x\r\n");
  const odd = Buffer.concat([ident, Buffer.from([0, 0, 0, 13, 4]), Buffer.alloc(20)]);
  assert.equal(answer(cowrieDefault, odd), "bad packet mod (17%8 == 1)|close");
});
