import assert from "node:assert/strict";
import test from "node:test";
import { readUnitText, UnitSettings } from "./unit-text.ts";

const values = (text: string, name: string) => new UnitSettings([text]).given(name);

test("assignments have their section, name and value, without the spaces around them", () => {
  assert.deepEqual(readUnitText("[Unit]\nDescription = A = b \n[Service]\n\tType=simple\r\nUser=\n"), [
    { section: "Unit", name: "Description", value: "A = b" },
    { section: "Service", name: "Type", value: "simple" },
    { section: "Service", name: "User", value: "" },
  ]);
});

test("a backslash at the end of a line joins it with the next that is no comment", () => {
  const text = "[Service]\nExecStart=/bin/a \\\n    one \\\n# no comment of the command\n  ; nor this \\\n    two\\\nthree\nUser=x\n";
  assert.deepEqual(values(text, "ExecStart"), ["/bin/a      one      two three"]);
  assert.deepEqual(values(text, "User"), ["x"]);
});

test("an empty line ends a command that goes on; two backslashes are one in the text", () => {
  assert.deepEqual(values("[Service]\nExecStart=/bin/a \\\n\nUser=x\n", "ExecStart"), ["/bin/a"]);
  assert.deepEqual(values("[Service]\nExecStart=/bin/a \\\\\nUser=x\n", "ExecStart"), ["/bin/a \\\\"]);
  assert.deepEqual(values("[Service]\nExecStart=/bin/a \\", "ExecStart"), ["/bin/a"]);
});

test("comments, and lines that systemd ignores, say nothing", () => {
  const text = "\uFEFF#[Service]\n; User=a\nUser=outside\n[Service]\n  # User=b\n=c\nUser\nUser=d\uFFFD\nUser=e\n[Broken\nUser=f\n";
  assert.deepEqual(values(text, "User"), ["e"]);
});

test("of one section the later counts, and other sections are other settings", () => {
  const unit = new UnitSettings(["[Service]\nUser=a\n[Install]\nUser=c\n[Service]\nUser=b\n", "User=outside\n[Service]\nGroup=g\n"]);
  assert.equal(unit.last("User"), "b");
  assert.equal(unit.last("User", "Install"), "c");
  assert.equal(unit.last("Group"), "g");
  assert.equal(unit.last("Type"), undefined);
});

test("an empty value takes back those before it", () => {
  const unit = new UnitSettings([
    "[Service]\nExecStart=/bin/a\nUser=a\n",
    "[Service]\nExecStart=\nExecStart=/bin/b\nExecStart=/bin/c\nUser=\n",
  ]);
  assert.deepEqual(unit.list("ExecStart"), ["/bin/b", "/bin/c"]);
  assert.equal(unit.last("User"), undefined);
});

test("systemd's words for true, in any case", () => {
  for (const word of ["1", "yes", "Y", "True", "t", "on"])
    assert.ok(new UnitSettings([`[Service]\nDynamicUser=${word}`]).is("DynamicUser"));
  for (const word of ["0", "no", "", "of course"]) assert.ok(!new UnitSettings([`[Service]\nDynamicUser=${word}`]).is("DynamicUser"));
});

test("hostile text costs no more than its length", () => {
  for (const text of ["\\\n".repeat(20_000), "[".repeat(100_000), `[Service]\n${"A=\\\\\n".repeat(20_000)}`, "\0".repeat(1000)])
    assert.ok(readUnitText(text).length <= 20_000);
});
