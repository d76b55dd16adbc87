import assert from "node:assert/strict";
import test from "node:test";
import { REAL, realHost } from "../checks/remote/kind/testing/real-servers.ts";
import { host } from "../checks/remote/kind/testing/told-views.ts";
import { applicationMap, languageOf, mismatches } from "./application-map.ts";

/** What each real server greets with and speaks. */
const LANGUAGES: Readonly<Record<(typeof REAL)[number], readonly string[]>> = {
  openssh: ["ssh"],
  dropbear: ["ssh"],
  nginx: ["http"],
  apache: ["http"],
  vsftpd: ["ftp"],
  redis: ["redis"],
  mariadb: ["mysql"],
  postgres: ["postgres"],
  samba: ["smb"],
};

for (const name of REAL) {
  test(`the triggers of all protocols show that ${name} speaks its own alone`, () => {
    const [language] = applicationMap(realHost(name));
    assert.ok(language !== undefined);
    assert.deepEqual([...new Set([...language.greets, ...language.speaks])], LANGUAGES[name]);
    assert.deepEqual(mismatches(language), []);
  });
}

const mapOf = (answers: Readonly<Record<string, string>>) => {
  const [port] = host(8080, answers).ports;
  assert.ok(port !== undefined);
  return languageOf(port);
};

test("a port that answers several protocols in each of them scores by their number", () => {
  const language = mapOf({ "http.get": "HTTP/1.0 200 OK\r\n\r\n", "redis.ping": "+PONG\r\n", "sip.options": "SIP/2.0 200 OK\r\n\r\n" });
  assert.deepEqual(language.speaks, ["http", "redis", "sip"]);
  assert.deepEqual(mismatches(language), [{ kind: "several", why: "speaks http, redis, sip", score: 2 }]);
});

test("a refusal in the server's own protocol is no second language", () => {
  const language = mapOf({ "http.get": "HTTP/1.1 200 OK\r\n\r\n", "sip.options": "HTTP/1.1 400 Bad Request\r\n\r\n" });
  assert.deepEqual(language.speaks, ["http"]);
  assert.deepEqual(language.repliesIn, ["http"]);
  assert.deepEqual(mismatches(language), []);
});

test("a greeting that is another service than the one behind it is a mismatch", () => {
  const language = mapOf({ null: "SSH-2.0-OpenSSH_9.2p1\r\n", "http.get": "HTTP/1.0 200 OK\r\n\r\n" });
  assert.ok(mismatches(language).some(({ kind, why }) => kind === "greeting" && why === "greets as ssh, speaks http"));
});

test("a greeting that only repeats itself, with another salt, is no answer", () => {
  const language = mapOf({
    null: "\x4a\0\0\0\x0a8.0.36\0saltsalt",
    "redis.ping": "\x4a\0\0\0\x0a8.0.36\0SALTSALT",
    "http.get": "\x4a\0\0\0\x0a8.0.36\0SaltSalt",
  });
  assert.deepEqual(
    [...language.answers.values()].map(({ length }) => length),
    [0, 0],
  );
});

test("mail that refuses in words like a database's stays mail", () => {
  const language = mapOf({ null: "+OK POP3 ready\r\n", "redis.ping": "+OK POP3 ready\r\n-ERR unknown command\r\n" });
  assert.deepEqual(mismatches(language), []);
});
