import assert from "node:assert/strict";
import test from "node:test";
import { type Json, Site, told, toldJson, UpCommand, utsusemi, visitByTelnet } from "../rig/command.ts";
import { Conversation } from "../rig/conversation.ts";

/** A sensor without anything on the wire: decoys alone make suspects, and operators have the last word. */
const site = new Site();
const suspects = (...options: readonly string[]) => toldJson(["suspects", ...site.place, ...options]);
const change = (...words: readonly string[]) => told(["suspects", ...words, ...site.place]);
const events = (kind: string) => toldJson(["events", ...site.place, "--kind", kind]);

async function touch(up: UpCommand): Promise<void> {
  const visitor = await new Conversation(up.port("telnet")).connected();
  await visitor.hears("login: ");
  visitor.socket.destroy();
}

async function refused(...words: readonly string[]): Promise<string> {
  const { code, err } = await utsusemi(["suspects", ...words, ...site.place]);
  assert.equal(code, 1, words.join(" "));
  return err;
}

test("who touches a decoy is suspect, over a kill too; an operator forgives, trusts and takes it back, and all of it is told", async () => {
  using _folder = site;
  const first = await new UpCommand(site).ready();
  assert.match(await told(["suspects", ...site.place]), /Nothing is thought of anybody/);
  await touch(first);
  await first.shows("suspicion.changed");
  const [suspect] = await suspects();
  assert.deepEqual([suspect?.["source"], suspect?.["state"], suspect?.["score"]], ["127.0.0.1", "suspect", 60]);
  assert.match(`${suspect?.["reason"]}`, /^touched the decoy telnet on port \d+$/);
  assert.match(await told(["suspects", ...site.place, "--only", "suspect"]), /127\.0\.0\.1 +suspect +60/);
  assert.deepEqual(await suspects("--only", "trusted"), []);
  await visitByTelnet(first.port("telnet"), ["id"]);
  await first.shows(/suspicion.changed.*hostile/);
  await first.until(() => true, "a moment");
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await first.end("SIGKILL");

  await using second = await new UpCommand(site).ready();
  assert.equal((await suspects())[0]?.["state"], "hostile");
  assert.match(await change("forgive", "127.0.0.1"), /127\.0\.0\.1: hostile > unknown \(the operator forgave it\)/);
  assert.deepEqual(await suspects(), []);
  assert.match(await change("trust", "127.0.0.0/8", "--for", "2"), /127\.0\.0\.0\/8: unknown > trusted/);
  await touch(second);
  await second.shows(/suspicion.changed.*trusted.*suspect/);
  assert.deepEqual(
    (await suspects()).map((one) => `${one["source"]} ${one["state"]}`),
    ["127.0.0.1 suspect", "127.0.0.0/8 trusted"],
  );
  assert.match(await change("distrust", "127.0.0.0/8"), /127\.0\.0\.0\/8: trusted > unknown/);
  const fields = (all: readonly Json[]) => all.map((event) => Object(event["fields"]));
  assert.deepEqual(
    fields(await events("operator.action")).map(({ action, by }) => `${action}, ${by}`),
    ["forgive 127.0.0.1", "trust 127.0.0.0/8 for 2 days", "distrust 127.0.0.0/8"].map((action) => `${action}, uid ${process.getuid?.()}`),
  );
  assert.deepEqual(
    fields(await events("suspicion.changed")).map(({ who, from, to }) => `${who} ${from} > ${to}`),
    [
      ...["127.0.0.1 unknown > suspect", "127.0.0.1 suspect > hostile", "127.0.0.1 hostile > unknown"],
      ...["127.0.0.0/8 unknown > trusted", "127.0.0.1 trusted > suspect", "127.0.0.0/8 trusted > unknown"],
    ],
  );
  assert.match(await refused("forgive", "nobody"), /Nobody is no address.*\n.*\(source-invalid\)/);
  assert.match(await refused("forgive", "192.0.2.1"), /Nothing is known of 192\.0\.2\.1.*\n.*\(not-found\)/);
  assert.match(await refused("trust", "192.0.2.0/33"), /no address or network.*\n.*\(source-invalid\)/);
  assert.match(await refused("distrust", "192.0.2.0/24"), /\(not-found\)/);
  assert.match(await refused("trust", "192.0.2.0/24", "--for", "0"), /whole number from 1/);
  assert.match(await refused("--only", "odd"), /Allowed choices/);
  await second.end();
  assert.match(await refused(), /\(sensor-down\)/);
  assert.match(await refused("forgive", "127.0.0.1"), /\(sensor-down\)/);
});
