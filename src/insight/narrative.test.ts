import assert from "node:assert/strict";
import test from "node:test";
import type { Event } from "../events/event.ts";
import { eventLine } from "./event-line.ts";
import { narrate } from "./narrative.ts";

let second = 0;

function event(kind: Event["kind"], fields: Event["fields"]): Event {
  second += 1;
  return {
    v: 1,
    id: `019b0000-0000-7000-8000-${String(second).padStart(12, "0")}`,
    time: `2026-01-15T10:30:${String(second).padStart(2, "0")}.000000000Z`,
    sensor: "north",
    kind,
    session: "019b0000-0000-7000-8000-00000000abcd",
    decoy: "ssh",
    transport: "tcp",
    source: { address: "203.0.113.7", port: 40_022 },
    destination: { address: "192.0.2.10", port: 22 },
    fields,
  };
}

test("tells a whole visit in order", () => {
  second = 0;
  const visit = [
    event("connection.open", {}),
    event("ssh.ident", { ident: "SSH-2.0-Go" }),
    event("auth.attempt", { method: "password", user: "root", password: "a", accepted: false }),
    event("auth.attempt", { method: "password", user: "root", password: "b\u001b[2J", accepted: true, rule: "listed" }),
    event("terminal.open", { terminal: 0, type: "xterm", columns: 80, rows: 24 }),
    event("command.input", { line: "uname -a", directory: "/root", interactive: true }),
    event("download.request", { url: "http://198.51.100.1/x", program: "wget", fetched: false }),
    event("connection.close", { by: "visitor", durationMs: 65_000, bytesIn: 10, bytesOut: 20 }),
  ];
  assert.deepEqual(narrate(visit), [
    "203.0.113.7 came to the ssh decoy on 192.0.2.10, port 22 at 2026-01-15 10:30:01 UTC.",
    'The client named itself "SSH-2.0-Go".',
    '1 login failed: "root" with password "a".',
    'Got in at 10:30:04 as "root" with password "b\\e[2J" (rule: listed).',
    "Opened a shell at 10:30:05 (xterm, 80x24).",
    "  10:30:06  /root> uname -a",
    'Asked for "http://198.51.100.1/x" with wget; nothing was fetched.',
    "It ended at 10:30:08 after 1 min 5 s, by the visitor; 10 bytes came in, 20 went out.",
  ]);
});

test("asking what is offered is no login, and a client that says goodbye ends the visit", () => {
  second = 0;
  const told = narrate([
    event("connection.open", {}),
    event("ssh.kexinit", { hassh: "a", negotiated: "curve25519-sha256 ssh-ed25519 aes128-ctr aes128-ctr implicit implicit none none" }),
    event("auth.attempt", { method: "none", user: "root", accepted: false }),
    event("command.input", { line: "wget x", directory: "/", interactive: true }),
    event("download.request", { url: "x", program: "wget", fetched: false }),
    event("command.input", { line: "exit", directory: "/", interactive: true }),
    event("protocol.note", { what: "disconnect", values: ["11"] }),
    event("connection.close", { by: "decoy", durationMs: 1, bytesIn: 1, bytesOut: 1 }),
  ]);
  assert.deepEqual(told.slice(1, -1), [
    "Its HASSH is a; agreed: curve25519-sha256, ssh-ed25519, aes128-ctr.",
    "  10:30:04  /> wget x",
    'Asked for "x" with wget; nothing was fetched.',
    "  10:30:06  /> exit",
  ]);
  assert.match(told.at(-1) ?? "", /by the visitor/);
});

test("an event's line leaves out what only programs read", () => {
  const line = eventLine(event("ssh.kexinit", { hassh: "abc", hasshAlgorithms: "x", hostKeyAlgorithms: "y", negotiated: "" }));
  assert.match(line, /^2026-01-15 10:30:\d\d\.\d{3} ssh\.kexinit .*hassh=abc negotiated=$/);
});

test("a visit without an end says so", () => {
  assert.match(narrate([event("connection.open", {})]).at(-1) ?? "", /not over/);
});

test("an event's line shows nothing that a terminal obeys, and quotes what the visitor chose", () => {
  const line = eventLine(event("command.input", { line: 'echo "\u001b]52;c;AA\u0007\u202e', interactive: true }));
  assert.match(line, /line="echo \\"\\e\]52;c;AA\\x07\\u\{202e\}"/);
});
