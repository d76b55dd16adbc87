import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { OperatorError } from "../../errors/operator-error.ts";
import { loadStories, loadStory } from "./load-stories.ts";

const good =
  "name: x1\ntitle: X\nsummary: s\nbelieved: b\nbudget: 1\nrequired: [files.cowrie]\noptional: []\nforbidden: []\npromises: {}\n";

function refusedWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "stories-"));
  try {
    writeFileSync(join(folder, "x1.yaml"), text);
    loadStories(folder);
    return "nothing";
  } catch (error) {
    assert.ok(error instanceof OperatorError, String(error));
    assert.equal(error.code, "story-invalid");
    return error.message;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a story's mistakes are named", () => {
  assert.equal(refusedWith(good), "nothing");
  assert.match(refusedWith(good.replace("files.cowrie", "files.no-such-thing")), /there is no clue files\.no-such-thing/);
  assert.match(refusedWith(good.replace("optional: []", "optional: [files.cowrie]")), /files\.cowrie stands twice/);
  assert.match(refusedWith(good.replace("forbidden: []", 'forbidden: ["files.*"]')), /forbidden by the story itself/);
  assert.match(refusedWith(good.replace("budget: 1", "budget: -1")), /budget/);
  assert.match(refusedWith(`${good}wire: [files.cowrie-home]\n`), /there is no clue files\.cowrie-home/);
  assert.match(refusedWith(`${good}wire: [files.kippo]\n`), /files\.kippo is no clue of the wire/);
  assert.match(refusedWith(good.replace("optional: []", "optional: [network.land]")), /network\.land is a clue of the wire/);
  assert.match(refusedWith(`${good}wire: [network.port-set, network.all-ports]\n`), /contradict each other/);
  assert.equal(refusedWith(`${good}wire: [network.land]\n`), "nothing");
  assert.match(refusedWith(`${good}colour: red\n`), /colour/);
});

test("stories are found by name, and those that are not there are named with the others", () => {
  assert.equal(loadStory("metal").title, "Metal");
  assert.throws(
    () => loadStory("nothing"),
    (error) => error instanceof OperatorError && error.code === "story-unknown" && error.message.includes("vmware-sandbox"),
  );
});
