import assert from "node:assert/strict";
import { test } from "node:test";
import { methods, needsWireGuest, onlySuspectsAreLate } from "./wire/late.ts";
import { runInGuest } from "./wire/wire-guest.ts";

test("suspects are answered late on 6.12: by departure times; after down nothing is left", needsWireGuest(), async () => {
  const said = await runInGuest({ kernel: "6.12", script: "departures.ts" });
  assert.match(`${said["release"]}`, /^6\.12\./);
  assert.deepEqual(methods(Object(said["engine"]).delay), ["h0 fq"]);
  onlySuspectsAreLate(said, 0);
  assert.ok(Object(said["counts"]).late > 10);
  assert.deepEqual(said["gone"], [true, ""]);
});
