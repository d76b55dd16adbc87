import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { checkShape } from "../../shape/shape.ts";
import { checkDecoy } from "../../testkit/check-decoy.ts";
import { FakePeer } from "../../testkit/fake-peer.ts";
import { runTalks } from "../../testkit/run-talk.ts";
import { unescapeBytes } from "../../testkit/talk.ts";
import { testPersona } from "../../testkit/test-persona.ts";
import { telnet } from "./decoy.ts";
import { telnetOptions } from "./options.ts";
import type { TelnetPersona } from "./persona.ts";

const busybox: TelnetPersona = {
  dialect: "busybox",
  answersOptions: false,
  opening: "ff fd 01 ff fd 1f ff fb 01 ff fb 03",
  greeting: "\r\r\nDebian GNU/Linux 12\r\n\r",
  terminalType: "linux",
  login: {
    kind: "util-linux",
    prompt: "willow login: ",
    passwordPrompt: "Password: ",
    echo: true,
    beforePassword: "",
    afterPassword: "",
    failure: "\r\nLogin incorrect\r\n",
    failureDelayMs: 3000,
    maxTries: 5,
    tooMany: "Maximum number of tries exceeded (5)\r\n",
    graceSeconds: 60,
    timeout: "\r\nLogin timed out after 60 seconds.\r\n",
    success: "",
  },
};

/** As Cowrie's telnet: no echo, options answered, the echo switched for the password. */
const twisted: TelnetPersona = {
  ...busybox,
  dialect: "rfc854",
  answersOptions: true,
  opening: "ff fd 1f",
  greeting: "",
  login: {
    ...busybox.login,
    kind: "twisted",
    prompt: "login: ",
    echo: false,
    beforePassword: "ff fb 01",
    afterPassword: "ff fc 01",
    failure: "\r\nLogin incorrect\r\n",
    failureDelayMs: 0,
    maxTries: 0,
    graceSeconds: 0,
  },
};

const { value: options } = checkShape(telnetOptions, {});
assert.ok(options !== undefined);

runTalks(join(import.meta.dirname, "talks"), (talk) => {
  const peer = new FakePeer({ local: { address: "192.0.2.10", port: 23 } });
  const persona = talk.name.startsWith("twisted") ? twisted : busybox;
  return { peer, session: telnet.open(peer, { options, persona }) };
});

checkDecoy({
  decoy: telnet,
  settings: { options, persona: busybox },
  openings: ["root\\r\\0", "\\xff\\xfb\\x1f\\xff\\xfa\\x1f\\0P\\0\\x18\\xff\\xf0", "\\xff\\xf6\\xff\\xf6"].map(unescapeBytes),
  maxBytesPerTurn: 4096,
  maxBytesUnread: 65_536,
});

checkDecoy({
  decoy: { ...telnet, name: "telnet, by the standards" },
  settings: { options, persona: twisted },
  openings: ["root\\r\\n", "\\xff\\xfd\\x01\\xff\\xfd\\x03\\xff\\xfb\\x18\\xff\\xfb\\x27", "\\xff\\xf6\\xff\\xf6"].map(unescapeBytes),
  maxBytesPerTurn: 4096,
  maxBytesUnread: 65_536,
});

test("a weak pair opens a shell, and the source's way in is remembered", () => {
  const peer = new FakePeer({ persona: { ...testPersona } });
  const session = telnet.open(peer, { options, persona: busybox });
  session.start?.();
  for (const line of ["root\r\0", "xc3511\r\0"]) {
    session.receive(Buffer.from(line, "latin1"));
    peer.clock.advance(50);
  }
  const kinds = peer.observations().map(({ kind }) => kind);
  assert.deepEqual(kinds.slice(0, 2), ["auth.attempt", "terminal.open"]);
  session.end?.();
  assert.ok((peer.memory.read()?.length ?? 0) > 0);
});

test("CVE-2026-24061 is recognised whatever the imitated server makes of it", () => {
  const peer = new FakePeer();
  const session = telnet.open(peer, { options, persona: busybox });
  session.start?.();
  session.receive(unescapeBytes("\\xff\\xfa\\x27\\0\\0USER\\x01-f root\\xff\\xf0"));
  assert.ok(
    peer.observations().some(({ kind, fields }) => kind === "exploit.attempt" && "name" in fields && fields.name === "CVE-2026-24061"),
  );
  session.end?.();
});
