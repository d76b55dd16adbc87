import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { type Json, Site, told, UpCommand, utsusemi, visitByTelnet } from "../rig/command.ts";

/** A sensor that saw a few visits and has ended; heads were exported in the middle. */
async function siteWithJournal(): Promise<{ site: Site; heads: string }> {
  const site = new Site();
  await using up = await new UpCommand(site).ready();
  await visitByTelnet(up.port("telnet"), ["id", "uname -a"]);
  await up.shows("terminal.recorded");
  const heads = site.file("heads.json", await told(["journal", "heads", ...site.place]));
  await visitByTelnet(up.port("telnet"), ["echo second"]);
  assert.equal(await up.end("SIGTERM"), 0);
  return { site, heads };
}

const verify = (site: Site, ...options: readonly string[]) => utsusemi(["journal", "verify", ...options, ...site.place]);

function segmentsOf(site: Site): readonly string[] {
  return readdirSync(join(site.state, "journal"), { recursive: true, encoding: "utf8" })
    .map((name) => join(site.state, "journal", name))
    .filter((path) => statSync(path).isFile() && path.endsWith(".jsonl"));
}

test("journal verify: an unchanged journal, alone, with exported heads, and beside the running sensor", async () => {
  const { site, heads } = await siteWithJournal();
  using _ = site;
  const alone = await verify(site);
  assert.equal(alone.code, 0, alone.err);
  assert.match(alone.out, /^\d+ events in \d+ segments: every checksum, link and signature is right\.\nWithout exported heads/);
  const compared = await verify(site, "--heads", heads);
  assert.equal(compared.code, 0, compared.err);
  assert.match(compared.out, /\d+ exported heads were found in place\.$/m);
  const report: Json = JSON.parse((await verify(site, "--json")).out);
  assert.deepEqual(report["problems"], []);
  await using up = await new UpCommand(site).ready();
  await visitByTelnet(up.port("telnet"), ["id"]);
  assert.equal((await verify(site, "--heads", heads)).code, 0);
});

test("journal verify: one altered byte anywhere is named by file and offset", async () => {
  const { site } = await siteWithJournal();
  using _ = site;
  const segments = segmentsOf(site);
  assert.ok(segments.length > 0, readdirSync(join(site.state, "journal"), { recursive: true }).join(" "));
  for (const segment of segments) {
    const whole = readFileSync(segment);
    for (const part of [0.1, 0.5, 0.9]) {
      const at = Math.floor(whole.length * part);
      const altered = Buffer.from(whole);
      altered[at] = (altered[at] ?? 0) ^ 1;
      writeFileSync(segment, altered);
      const { code, out, err } = await verify(site);
      assert.deepEqual([code, out], [1, ""]);
      assert.match(err, /\(journal-altered\)/);
      const [, file = "", offset = ""] = /^(\S+), byte (\d+): /m.exec(err) ?? [];
      assert.ok(segment.endsWith(file), err);
      assert.ok(Number(offset) <= at && at - Number(offset) < 2_000, `${err} altered at ${at}`);
    }
    writeFileSync(segment, whole);
  }
  assert.equal((await verify(site)).code, 0);
});

test("journal verify: a tail that was cut off is found by the exported heads", async () => {
  const { site, heads } = await siteWithJournal();
  using _ = site;
  for (const segment of segmentsOf(site)) {
    const whole = readFileSync(segment, "utf8");
    const lines = whole.split("\n");
    // All but the first quarter of the lines.
    truncateSync(segment, lines.slice(0, Math.ceil(lines.length / 4)).join("\n").length + 1);
  }
  const { code, err } = await verify(site, "--heads", heads);
  assert.equal(code, 1);
  assert.match(err, /, byte \d+: .*\n?[\s\S]*\(journal-altered\)/);
});

test("journal verify: a whole segment that is gone is missed", async () => {
  const { site, heads } = await siteWithJournal();
  using _ = site;
  rmSync(segmentsOf(site)[0] ?? "");
  assert.equal((await verify(site, "--heads", heads)).code, 1);
});

test("journal heads need the running sensor; a file that holds none is refused", async () => {
  const { site } = await siteWithJournal();
  using _ = site;
  const heads = await utsusemi(["journal", "heads", ...site.place]);
  assert.equal(heads.code, 1);
  assert.match(heads.err, /\(sensor-down\)/);
  const wrong = await verify(site, "--heads", site.config);
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /holds no exported heads/);
  assert.match((await verify(site, "--heads", join(site.folder, "none"))).err, /cannot be read.*\n.*\(file-unreadable\)/);
});
