import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import test from "node:test";
import { oddCertificates } from "../../../../test/detectors/remote-probe-certificates.ts";
import { parseCertificate } from "./certificate.ts";
import { derValues, objectId } from "./der.ts";
import { clientHello, parseServerHello } from "./tls-hello.ts";

const der = Object.values(oddCertificates).map(({ cert }) => new X509Certificate(cert).raw);

test("a certificate is read as the library reads it", () => {
  for (const bytes of der) {
    const theirs = new X509Certificate(bytes);
    const ours = parseCertificate(bytes);
    assert.ok(ours.status === "done");
    assert.equal(ours.value.serial, theirs.serialNumber);
    assert.equal(ours.value.sha256, theirs.fingerprint256.replaceAll(":", ""));
    assert.equal(new Date(ours.value.notAfter).getTime(), theirs.validToDate.getTime());
    assert.equal(new Date(ours.value.notBefore).getTime(), theirs.validFromDate.getTime());
    assert.deepEqual(Buffer.from(ours.value.certificate), bytes);
  }
});

test("a certificate that was cut or altered is refused or read, never thrown at", () => {
  for (const bytes of der) {
    for (let at = 0; at < bytes.length; at++) {
      parseCertificate(bytes.subarray(0, at));
      for (const value of [0, 0x80, 0xff]) {
        const altered = Buffer.from(bytes);
        altered[at] = value;
        parseCertificate(altered);
      }
    }
  }
  assert.equal(parseCertificate(Buffer.alloc(0)).status, "malformed");
  assert.equal(derValues(Buffer.from("0500".repeat(5_000), "hex")).length, 1_024);
});

test("object identifiers are written with dots (X.690 §8.19)", () => {
  assert.equal(objectId(Buffer.from("2a864886f70d01010b", "hex")), "1.2.840.113549.1.1.11");
  assert.equal(objectId(Buffer.from("883703", "hex")), "2.999.3");
  assert.equal(objectId(Buffer.alloc(33, 0xff)), "");
});

test("the first answer of a server is put together across records", () => {
  const certificate = der[0] ?? Buffer.alloc(0);
  const serverHello = Buffer.concat([Buffer.of(3, 3), Buffer.alloc(32), Buffer.of(0, 0, 0x2f, 0)]);
  const message = (type: number, body: Buffer) => Buffer.concat([Buffer.of(type, 0, body.length >> 8, body.length & 0xff), body]);
  const sized = (body: Buffer) => Buffer.concat([Buffer.of(0, body.length >> 8, body.length & 0xff), body]);
  const handshake = Buffer.concat([message(2, serverHello), message(11, sized(sized(certificate)))]);
  const record = (body: Buffer) => Buffer.concat([Buffer.of(22, 3, 3, body.length >> 8, body.length & 0xff), body]);
  const stream = Buffer.concat([record(handshake.subarray(0, 50)), record(handshake.subarray(50))]);
  const hello = parseServerHello(stream);
  assert.ok(hello.status === "done");
  assert.deepEqual([hello.value.protocol, hello.value.cipher], ["TLSv1.2", "TLS_RSA_WITH_AES_128_CBC_SHA"]);
  assert.deepEqual(Buffer.from(hello.value.certificate), certificate);
  for (let at = 0; at < stream.length; at++) assert.notEqual(parseServerHello(stream.subarray(0, at)).status, "done");
  assert.equal(parseServerHello(Buffer.from("HTTP/1.1 400")).status, "malformed");
  assert.equal(clientHello(Buffer.alloc(32)).length, 5 + Buffer.from(clientHello(Buffer.alloc(32))).readUInt16BE(3));
});
