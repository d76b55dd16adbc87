import assert from "node:assert/strict";
import test from "node:test";
import { lineOf, textOf } from "../views/files.ts";
import { battery, CUT_OFF } from "./battery.ts";
import { encodeCommands, encodeScript, isNonce } from "./encode-script.ts";
import { parseTranscript, type Transcript } from "./parse-transcript.ts";

const N = "abcdef0123456789";

function parsed(text: string): Transcript {
  const answer = parseTranscript(text);
  assert.ok(answer.status === "done", JSON.stringify(answer));
  return answer.value;
}

test("the battery has at least 60 commands, each with an id of its own that stands unquoted in a script", () => {
  assert.ok(battery.length >= 60);
  assert.equal(new Set(battery.map(({ id }) => id)).size, battery.length);
  for (const { id, line } of battery) {
    assert.match(id, /^[a-z0-9]+(?:[.-][a-z0-9]+)*$/);
    assert.ok(line !== "");
  }
});

test("a script refuses a nonce that would need quoting", () => {
  assert.throws(() => encodeCommands(battery, "x; reboot #"), RangeError);
  assert.equal(isNonce("$(reboot)12345"), false);
});

test("a script carries each line as it is, quotes included", () => {
  const script = encodeScript([{ id: "a.b", line: "echo 'it''s' \"$x\"" }], N);
  assert.ok(script.includes(`ask 0 a.b 5 'echo '\\''it'\\'''\\''s'\\'' "$x"'`));
  assert.ok(script.endsWith("say done\n"));
});

test("a transcript gives answers, files, names and the environment; what it does not say is unknown", () => {
  const { commands, files, environment, complete, uid, uname } = parsed(
    [
      `Welcome!\n\n${N} environment\nPATH=/bin\nHOME=/root\n`,
      `\n${N} begin a.b\none\ntwo\n\n${N} end a.b 3 10.00 10.25\n`,
      `\n${N} begin host.uid\n0\n\n${N} end host.uid 0 - -\n`,
      `\n${N} begin host.uname\nLinux\nweb1\n6.1\n#1 SMP\nx86_64\n\n${N} end host.uname 0 - -\n`,
      `\n${N} file /proc/uptime\n1.00 2.00\n\n${N} absent /opt/cowrie\n\n${N} denied /etc/shadow\n\n${N} there /root\n`,
      `\n${N} list /home\nphil\nanna\n../x\n\n${N} done\n`,
    ].join(""),
  );
  assert.deepEqual(commands["a.b"], { status: 3, output: "one\ntwo\n", tookMs: 250 });
  assert.deepEqual(environment, { PATH: "/bin", HOME: "/root" });
  assert.equal(lineOf(files, "/proc/uptime"), "1.00 2.00");
  assert.equal(files.read("/opt/cowrie"), "absent");
  assert.equal(files.read("/etc/shadow"), "denied");
  assert.deepEqual(files.list("/home"), ["anna", "phil"]);
  assert.equal(files.read("/etc/passwd"), "unknown");
  assert.equal(files.list("/etc"), "unknown");
  assert.equal(uid, 0);
  assert.equal(uname?.release, "6.1");
  assert.equal(complete, true);
});

test("a terminal's line ends are taken back", () => {
  const { commands } = parsed(`\r\n${N} begin a\r\none\r\ntwo\r\n\r\n${N} end a 0 - -\r\n`);
  assert.deepEqual(commands["a"], { status: 0, output: "one\ntwo\n" });
});

test("an answer whose end is missing was cut off, and the transcript is not complete", () => {
  const { commands, complete } = parsed(`\n${N} begin a\none\n\n${N} begin b\ntwo`);
  assert.deepEqual(commands["a"], { status: CUT_OFF, output: "one\n" });
  assert.deepEqual(commands["b"], { status: CUT_OFF, output: "two" });
  assert.equal(complete, false);
});

test("output cannot forge an end: it does not know the nonce", () => {
  const { commands } = parsed(`\n${N} begin a\n\n0000000000000000 end a 0 - -\n\n${N} end a 1 - -\n`);
  assert.equal(commands["a"]?.status, 1);
  assert.ok(commands["a"]?.output.includes("0000000000000000 end a"));
});

test("hostile transcripts are values, and bounded", { timeout: 20_000 }, () => {
  for (const text of ["", "garbage", "\0".repeat(10_000), `${N} nothing\n`]) assert.equal(parseTranscript(text).status, "malformed");
  assert.equal(parseTranscript("x".repeat(17 * 1024 * 1024)).status, "malformed");
  const wide = parsed(`\n${N} begin a\n${"x".repeat(1_000_000)}\n${N} end a 0 - -\n`);
  assert.equal(wide.commands["a"]?.output.length, 65_536);
  const many = parsed(Array.from({ length: 50_000 }, (_, at) => `\n${N} begin c${at}\nx\n${N} end c${at} 0 1.00 1.00\n`).join(""));
  assert.ok(Object.keys(many.commands).length <= 5_000);
  const odd = parsed(
    `\n${N} begin __proto__\nx\n${N} end __proto__ 0 - -\n\n${N} begin a\nx\n${N} end a 999999 9e9 -1\n\n${N} file relative\nx\n`,
  );
  assert.deepEqual(Object.keys(odd.commands), ["a"]);
  assert.equal(odd.commands["a"]?.status, CUT_OFF);
  const none = parsed(`\n${N} environment\n${"=\n".repeat(10_000)}\n${N} file /a\n\xff\0\n${N} done\n`);
  assert.equal(textOf(none.files, "/a"), "\xff\0");
});
