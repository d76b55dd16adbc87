/**
 * The power fails in the middle of a disguise, mostly of the whole host, for each story at another point: when the guest has booted again, the first start of the
 * steward leaves everything as it was before.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { loadStories } from "../../src/disguise/stories/load-stories.ts";
import { DisguisedGuest, PREPARE, START_STEWARD } from "./machine/disguised-guest.ts";
import { Guest } from "./machine/guest.ts";
import { needsGuest } from "./machine/needs-guest.ts";

const LEDGER = "/var/lib/utsusemi-steward/ledger/ledger";

describe("the power fails while a story is applied", needsGuest(), () => {
  let guest: Guest;
  let host: DisguisedGuest;
  before(async () => {
    guest = await Guest.make({ kernel: "6.1" });
    host = new DisguisedGuest(guest);
    await guest.boot();
    await guest.do(`${PREPARE}${START_STEWARD}`);
    await host.remember("before");
  });
  after(() => guest.close());

  for (const [index, { name }] of loadStories().entries())
    test(`${name}, after ${index + 2} lines of the ledger or more`, async (t) => {
      await guest.runIntoPowerCut(cutAfter(name, index + 2));
      await guest.boot();
      const lines = Number(await guest.do(`wc -l <${LEDGER}`));
      assert.ok(lines >= index + 2, `${lines} lines were written`);
      assert.equal((await guest.do("ls /var/lib/utsusemi-steward/unfinished*")).trim(), "/var/lib/utsusemi-steward/unfinished");
      t.diagnostic(`cut after ${lines} lines`);
      await guest.do(START_STEWARD);
      await host.remember("after");
      assert.equal(await host.differences("before", "after"), "");
    });
});

/** The metal is shown by files over those of /proc and /sys alone, which is done for process trees only. */
const scopeOf = (story: string) => (story === "metal" ? "service:looker" : "host");

/** The steward is stopped by the watcher, so that it gets no further than where the power is cut. */
function cutAfter(story: string, lines: number): string {
  return `
node $CHECKOUT/bin/utsusemi.js disguise apply ${story} --scope ${scopeOf(story)} --accept-risk >/run/commands/apply 2>&1 &
until [ "$(wc -l <${LEDGER})" -ge ${lines} ]; do kill -0 $! || { cat /run/commands/apply; exit 1; }; done
kill -STOP $(cat /run/commands/steward-pid)
echo "@ cut" >/dev/ttyS1
sleep 600
`;
}
