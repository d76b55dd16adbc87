import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import test from "node:test";
import { checkShape } from "../shape/shape.ts";
import { fakeMemory } from "../testkit/fake-peer.ts";
import { Admission } from "./admission.ts";
import { type AdmissionOptions, admissionOptions, admissionStandard } from "./admission-options.ts";

function judge(admission: Admission, user: string, password: string): string {
  const verdict = admission.judge(Buffer.from(user), Buffer.from(password));
  assert.equal(verdict.accepted, verdict.rule !== undefined);
  return verdict.rule ?? "refused";
}

const nothing: AdmissionOptions = { credentials: [], differentPasswords: 0 };

test("by default there are twenty weak pairs, all different", () => {
  const pairs = admissionStandard.credentials.map(({ user, password }) => `${user}/${password}`);
  assert.equal(new Set(pairs).size, 20);
  const admission = new Admission(admissionStandard, fakeMemory());
  assert.equal(judge(admission, "root", "xc3511"), "listed");
  assert.equal(judge(admission, "root", "xc3511"), "again");
});

test("the third different password of a source gets in, whatever the user, and repeats do not count", () => {
  const admission = new Admission({ ...nothing, differentPasswords: 3 }, fakeMemory());
  assert.equal(judge(admission, "root", "a"), "refused");
  assert.equal(judge(admission, "root", "a"), "refused");
  assert.equal(judge(admission, "admin", "b"), "refused");
  assert.equal(judge(admission, "admin", "a"), "refused");
  assert.equal(judge(admission, "root", ""), "refused");
  assert.equal(judge(admission, "root", "c"), "different passwords");
});

test("what got in gets in again at the next visit, and nothing else does", () => {
  const memory = fakeMemory();
  const options = { ...nothing, differentPasswords: 1 };
  assert.equal(judge(new Admission(options, memory), "root", "first"), "different passwords");
  assert.equal(judge(new Admission(options, memory), "root", "second"), "refused");
  assert.equal(judge(new Admission(options, memory), "admin", "first"), "refused");
  assert.equal(judge(new Admission(options, memory), "root", "first"), "again");
});

test("nothing but the list gets in when guessing is off", () => {
  const admission = new Admission({ credentials: [{ user: "ada", password: "x" }], differentPasswords: 0 }, fakeMemory());
  for (let i = 0; i < 300; i++) assert.equal(judge(admission, "root", `p${i}`), "refused");
  assert.equal(judge(admission, "ada", "x"), "listed");
});

test("patterns: a star is any text, an expression must fit the whole, the rest is literal", () => {
  const options = {
    ...nothing,
    credentials: [
      { user: "root", password: "*" },
      { user: "/adm.n/", password: "/[0-9]{4}/" },
      { user: "a.b", password: "pre*post" },
    ],
  };
  const admission = new Admission(options, fakeMemory());
  assert.equal(judge(admission, "root", "any\nthing"), "listed");
  assert.equal(judge(admission, "admin", "1234"), "listed");
  assert.equal(judge(admission, "admin", "12345"), "refused");
  assert.equal(judge(admission, "axb", "prepost"), "refused");
  assert.equal(judge(admission, "a.b", "pre-x-post"), "listed");
});

test("an expression that is none is found when the options are checked", () => {
  const { problems } = checkShape(admissionOptions, { credentials: [{ user: "root", password: "/(/" }] });
  assert.equal(problems.length, 1);
});
