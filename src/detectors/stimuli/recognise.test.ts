import assert from "node:assert/strict";
import test from "node:test";
import { recognise } from "./recognise.ts";

const hex = (digits: string) => Buffer.from(digits.replaceAll(" ", ""), "hex").toString("latin1");

/** Answers of real servers (captured, or as their protocol's text has them), and what they must look like. */
const ANSWERS: readonly (readonly [string, readonly string[]])[] = [
  ["SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n", ["ssh"]],
  ["220 (vsFTPd 3.0.3)\r\n", ["ftp"]],
  ["220 mail.example ESMTP Postfix (Debian/GNU)\r\n", ["smtp"]],
  ["HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\n\r\n", ["http"]],
  ["+OK Dovecot (Debian) ready.\r\n", ["pop3"]],
  ["-ERR Unknown command.\r\n", ["pop3"]],
  ["* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n", ["imap"]],
  ["-ERR unknown command 'XYZZY', with args beginning with: 'a' 'bc' \r\n", ["redis"]],
  ["+PONG\r\n", ["redis"]],
  ["ERROR\r\n", ["memcached"]],
  ["RFB 003.008\n", ["vnc"]],
  ["\xff\xfd\x01\xff\xfd\x1f\xff\xfb\x01\xff\xfb\x03host login: ", ["telnet"]],
  ["RTSP/1.0 200 OK\r\nCSeq: 7\r\n\r\n", ["rtsp"]],
  ["SIP/2.0 401 Unauthorized\r\n", ["sip"]],
  [hex("000000d1 fe534d42"), ["smb"]],
  [hex("82000000"), ["netbios"]],
  [`${hex("5b000000 0a")}8.0.36\0${"x".repeat(80)}`, ["mysql"]],
  [hex("03000013 0ed00000123400 02 1f0800 02000000"), ["tpkt", "rdp"]],
  [hex("03000016 11d00001000a00 c0010a c1020100 c2020102"), ["tpkt", "s7"]],
  ["E\0\0\0\x8aSFATAL\0VFATAL\0C0A000\0", ["postgres"]],
  [hex("20020000"), ["mqtt"]],
  [hex("300c 020107 6107 0a0100 0400 0400"), ["ldap"]],
  [hex("1503030002 0246"), ["tls"]],
];

test("answers are recognised as the protocols whose they are, and as no other", () => {
  for (const [answer, protocols] of ANSWERS) assert.deepEqual(recognise(Buffer.from(answer, "latin1")), protocols, JSON.stringify(answer));
});

test("a bare 220 is decided by the port, and is both where the port says nothing", () => {
  const bare = Buffer.from("220 ready\r\n");
  assert.deepEqual(recognise(bare, 21), ["ftp"]);
  assert.deepEqual(recognise(bare, 25), ["smtp"]);
  assert.deepEqual(recognise(bare, 4711), ["ftp", "smtp"]);
});

test("nothing, noise and a megabyte are recognised as nothing, at once", () => {
  assert.deepEqual(recognise(new Uint8Array()), []);
  assert.deepEqual(recognise(Buffer.alloc(1_048_576, 0xa7)), []);
  const before = performance.now();
  for (const byte of [0, 10, 32, 48, 60, 97, 255]) recognise(Buffer.alloc(1_048_576, byte));
  assert.ok(performance.now() - before < 1000);
});
