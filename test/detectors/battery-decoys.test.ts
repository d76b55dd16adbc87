import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { battery } from "../../src/detectors/battery/battery.ts";
import { encodeScript } from "../../src/detectors/battery/encode-script.ts";
import { parseTranscript, type Transcript } from "../../src/detectors/battery/parse-transcript.ts";
import { type Finding, judgeAll } from "../../src/detectors/check.ts";
import { checks as kind } from "../../src/detectors/checks/local/kind/index.ts";
import { productPaths } from "../../src/detectors/checks/local/kind/product-checks.ts";
import { checks as logging } from "../../src/detectors/checks/local/logging/index.ts";
import { checks as trait } from "../../src/detectors/checks/local/trait/index.ts";
import { startSshSite } from "../clients/ssh-site.ts";
import { needs } from "../rig/needs.ts";

/** The battery as an intruder would bring it: `ssh root@decoy sh -s < script`, over a real client into our own decoy. */
async function intrude(profile: string, clientOptions: readonly string[] = []): Promise<Transcript> {
  const site = await startSshSite(profile);
  try {
    const input = encodeScript(battery, "0123456789abcdef", productPaths);
    const args = [...clientOptions, "-p", String(site.port), "root@127.0.0.1", "sh -s"];
    const { out } = await site.openssh("ssh", args, { input, withinMs: 120_000 });
    const parsed = parseTranscript(out);
    assert.ok(parsed.status === "done", JSON.stringify(parsed));
    return parsed.value;
  } finally {
    await site.stop();
  }
}

function shownIn({ complete: _, ...parts }: Transcript): readonly Finding[] {
  const view = { takenAtMs: Date.now(), measurements: {}, ...parts };
  return judgeAll([...kind, ...logging, ...trait], view).filter(({ judgement }) => judgement.verdict === "shown");
}

/** Weaker signs come and go with the load and the files that a persona draws; they are true of ordinary hosts, too. */
const TELLING = 2;

/** What still gives the decoy away: one id a line. The list only shrinks. */
function toDo(): readonly string[] {
  const text = readFileSync(new URL("decoy-todo.txt", import.meta.url), "utf8");
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

for (const persona of ["debian-12", "ubuntu-24.04", "rocky-9", "openwrt"]) {
  test(`${persona} is given away by nothing but what is on the list, and the list has nothing that is mended`, needs("ssh"), async () => {
    const transcript = await intrude(persona);
    assert.equal(transcript.complete, true);
    assert.equal(Object.keys(transcript.commands).length, battery.length);
    assert.equal(transcript.uid, 0);
    assert.equal(transcript.uname?.system, "Linux");
    const ids = shownIn(transcript).flatMap(({ id, ratio }) => (ratio > TELLING ? [id] : []));
    assert.deepEqual(ids.toSorted(), toDo().toSorted());
  });
}

test("a decoy that shows Cowrie is recognised as Cowrie, many times over", needs("ssh"), async () => {
  const found = shownIn(await intrude("cowrie-default")).filter(({ family }) => family === "kippo-cowrie");
  const ids = found.map(({ id }) => id);
  assert.ok(ids.length >= 8, ids.join(", "));
  for (const wanted of ["cowrie-user", "standard-host-name", "disk-identifier", "ping-times", "editor", "busybox-version", "fixed-process"])
    assert.ok(ids.includes(`kind.product.${wanted}`), wanted);
});

/** What a server of 2009 offers, which clients of today leave out. */
const OLD = ["-oKexAlgorithms=+diffie-hellman-group1-sha1", "-oHostKeyAlgorithms=+ssh-rsa", "-oCiphers=+aes256-cbc", "-oMACs=+hmac-sha1"];

test("a decoy that shows Kippo is recognised as Kippo", needs("ssh"), async () => {
  const ids = shownIn(await intrude("kippo-default", OLD)).map(({ id }) => id);
  for (const wanted of ["kippo-kernel", "kippo-interface", "standard-host-name", "disk-identifier", "editor"])
    assert.ok(ids.includes(`kind.product.${wanted}`), wanted);
  assert.ok(ids.includes("kind.proc.kernel-name"), "its two kernels contradict each other");
});
