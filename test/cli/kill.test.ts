import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { controlClient } from "../../src/control/client.ts";
import { jsonLines, Site, toldJson, UpCommand, utsusemi, visitByTelnet } from "../rig/command.ts";

const ROUNDS = 6;

test("kill -9 at any moment: all that was shown is in the journal, the next start works, and the index catches up", {
  timeout: 180_000,
}, async () => {
  using site = new Site("listen: [{ decoy: telnet, port: 0 }]\n");
  const shown = new Set<unknown>();
  for (let round = 0; round < ROUNDS; round += 1) {
    await using up = await new UpCommand(site, ["--json"]).ready();
    const visits = Array.from({ length: 4 }, () =>
      visitByTelnet(
        up.port("telnet"),
        Array.from({ length: 20 }, (_, n) => `echo ${n}`),
      ),
    );
    const left = Promise.allSettled(visits);
    await up.shows('"auth.attempt"');
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 300));
    assert.equal(await up.end("SIGKILL"), "SIGKILL");
    await left;
    const whole = up.out.slice(0, up.out.lastIndexOf("\n") + 1);
    for (const event of jsonLines(whole)) shown.add(event["id"]);
    const kept = new Set((await toldJson(["events", "--limit", "100000", ...site.place])).map((event) => event["id"]));
    assert.deepEqual(
      [...shown].filter((id) => !kept.has(id)),
      [],
      `round ${round}`,
    );
  }
  assert.ok(shown.size > 20 * ROUNDS, `only ${shown.size} events were shown`);
  await using up = await new UpCommand(site).ready();
  const status = await indexed(site);
  assert.equal(status, 0);
  await up.end("SIGTERM");
  assert.equal((await utsusemi(["journal", "verify", ...site.place])).code, 0);
});

/** Waits until the running sensor says that its index has everything. */
async function indexed(site: Site): Promise<unknown> {
  const giveUp = Date.now() + 20_000;
  for (;;) {
    const status: unknown = await controlClient(join(site.state, "control.sock")).json("/v1/status");
    const lag: unknown = Object(status)["indexLagBytes"];
    if (lag === 0 || Date.now() > giveUp) return lag;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
