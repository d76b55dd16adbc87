/**
 * The power fails in the middle of a disguise, mostly of the whole host, for each story at another point: when the guest has booted again, the first
 * start of the steward leaves everything as it was before.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DisguisedGuest, PREPARE, START_STEWARD } from "./disguised-guest.ts";
import { Guest } from "./guest.ts";
import { needsGuest } from "./needs-guest.ts";
import { type Half, storyNames } from "./stories-in-guest.ts";

const LEDGER = "/var/lib/utsusemi-steward/ledger/ledger";

/** @param firstCut lines of the ledger after which the first is cut; each story has one line more */
export function powerCuts(half: Half, firstCut: number): void {
  describe(`the power fails while one of the ${half} stories is applied`, needsGuest(), () => {
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

    for (const [index, name] of storyNames(half).entries())
      test(`${name}, after ${firstCut + index} lines of the ledger or more`, async (t) => {
        await guest.runIntoPowerCut(cutAfter(name, firstCut + index));
        await guest.boot();
        const lines = Number(await guest.do(`wc -l <${LEDGER}`));
        assert.ok(lines >= firstCut + index, `${lines} lines were written`);
        assert.equal((await guest.do("ls /var/lib/utsusemi-steward/unfinished*")).trim(), "/var/lib/utsusemi-steward/unfinished");
        t.diagnostic(`cut after ${lines} lines`);
        await guest.do(START_STEWARD);
        await host.remember("after");
        assert.equal(await host.differences("before", "after"), "");
      });
  });
}

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
