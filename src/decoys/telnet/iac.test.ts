import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import test from "node:test";
import { unescapeBytes } from "../../testkit/talk.ts";
import { escapeIac, IacDecoder, type TelnetDialect, type TelnetItem } from "./iac.ts";

/** What busybox 1.35 telnetd passes on to the terminal was read off the real one. */
const cases: readonly (readonly [string, TelnetDialect, string, string])[] = [
  ["plain text", "rfc854", "hello", "'hello'"],
  ["RFC 854: IAC IAC is one data byte", "rfc854", "a\\xff\\xffb", "'a\xffb'"],
  ["RFC 854: CR NUL and CR LF become CR", "rfc854", "a\\r\\0b\\r\\nc\\nd", "'a\rb\rc\nd'"],
  ["RFC 854: a command stands alone", "rfc854", "a\\xff\\xf6b", "'a' command 246 'b'"],
  ["RFC 855: an option", "rfc854", "\\xff\\xfb\\x18\\xff\\xfd\\x01", "option 251 24 option 253 1"],
  ["RFC 855: a subnegotiation", "rfc854", "\\xff\\xfa\\x18\\0xterm\\xff\\xf0!", "sub 24 '\0xterm' '!'"],
  ["RFC 855: IAC IAC within a subnegotiation", "rfc854", "\\xff\\xfa\\x1f\\0\\xff\\xff\\0\\x18\\xff\\xf0", "sub 31 '\0\xff\0\x18'"],
  ["a subnegotiation broken off by another command", "rfc854", "\\xff\\xfa\\x18\\0x\\xff\\xfb\\x01y", "option 251 1 'y'"],
  ["busybox: NAWS takes nine bytes", "busybox", "\\xff\\xfa\\x1f\\0P\\0\\x18\\xff\\xf0x", "sub 31 '\0P\0\x18' 'x'"],
  ["busybox: another subnegotiation loses three bytes", "busybox", "\\xff\\xfa\\x18\\0\\xff\\xf0oot", "'\0' command 240 'oot'"],
  ["busybox: an unknown command takes a third byte", "busybox", "\\xffq\\xff\\xf3x", "'\xf3x'"],
  ["busybox: options pass unanswered", "busybox", "\\xff\\xfd\\xffq", "option 253 255 'q'"],
];

for (const [name, dialect, bytes, items] of cases) {
  test(name, () => assert.equal(describeItems(new IacDecoder(dialect).push(unescapeBytes(bytes))), items));
  test(`${name}, byte by byte`, () => {
    const decoder = new IacDecoder(dialect);
    const pushed = Array.from(unescapeBytes(bytes)).flatMap((byte) => [...decoder.push(Buffer.from([byte]))]);
    assert.equal(describeItems(pushed).replaceAll("' '", ""), items.replaceAll("' '", ""));
  });
}

test("a subnegotiation without end keeps a bounded part", () => {
  const decoder = new IacDecoder("rfc854");
  decoder.push(Buffer.concat([Buffer.from([255, 250, 24]), Buffer.alloc(1 << 20, 65)]));
  const [item] = decoder.push(Buffer.from([255, 240]));
  assert.equal(item?.is === "subnegotiation" ? item.bytes.length : 0, 1023);
});

test("data bytes 255 are doubled on the way out", () => {
  assert.deepEqual([...escapeIac(Buffer.from([1, 255, 2]))], [1, 255, 255, 2]);
});

function describeItems(items: readonly TelnetItem[]): string {
  return items.map(describeItem).join(" ");
}

function describeItem(item: TelnetItem): string {
  switch (item.is) {
    case "text":
      return `'${item.bytes.toString("latin1")}'`;
    case "command":
      return `command ${item.command}`;
    case "option":
      return `option ${item.verb} ${item.option}`;
    case "subnegotiation":
      return `sub ${item.option} '${item.bytes.toString("latin1")}'`;
  }
}
