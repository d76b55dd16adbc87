import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { checkShape } from "../../shape/shape.ts";
import { checkDecoy } from "../../testkit/check-decoy.ts";
import { runTalks } from "../../testkit/run-talk.ts";
import { ssh } from "./decoy.ts";
import { sshOptions } from "./options.ts";
import { openTalk } from "./testclient/talk-session.ts";
import { TestClient } from "./testclient/test-client.ts";
import { debianOpenssh } from "./testclient/test-personas.ts";

const { value: options } = checkShape(sshOptions, {});
assert.ok(options !== undefined);
const settings = { options, persona: debianOpenssh };

const ident = Buffer.from("SSH-2.0-x\r\n");
const client = new TestClient((size) => Buffer.alloc(size, 5));
const kexInit = client.seal(client.encodeKexInit());

checkDecoy({
  decoy: ssh,
  settings,
  openings: [Buffer.alloc(0), ident, Buffer.concat([ident, kexInit])],
  maxBytesPerTurn: 256 * 1024,
  maxBytesUnread: 256 * 1024,
});

runTalks(join(import.meta.dirname, "talks"), () => openTalk(settings));
