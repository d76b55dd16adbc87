import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { Decoy } from "../decoy/decoy.ts";
import { OperatorError } from "../errors/operator-error.ts";
import { integer, object, standard } from "../shape/shape.ts";
import { checkConfiguration, loadSettings } from "./configuration.ts";

const bell: Decoy = {
  name: "bell",
  summary: "Rings.",
  transport: "tcp",
  standardPorts: [77],
  unprivilegedPorts: [7077],
  options: object("Options", { rings: standard(integer("How often it rings", 1, 9), 3) }),
  persona: object("Persona", {}),
  open: () => ({ receive: () => undefined }),
};

test("with no file everything is standard, on loopback and unprivileged ports", () => {
  const settings = loadSettings({ state: "/tmp/x" }, [bell]);
  assert.deepEqual(settings.listen, [{ decoy: "bell", address: "127.0.0.1", port: 7077 }]);
  assert.equal(settings.persona, "debian-12");
  assert.equal(settings.state, "/tmp/x");
});

test("standard ports are the real services'", () => {
  assert.deepEqual(load("ports: standard\n").listen, [{ decoy: "bell", address: "127.0.0.1", port: 77 }]);
});

test("decoys' options are checked and completed by their own shapes", () => {
  assert.deepEqual(load("decoys:\n  bell: {}\n").decoys, { bell: { rings: 3 } });
});

test("what the file leaves out of a group stays standard", () => {
  const { limits } = load("limits:\n  session:\n    idleMs: 5\n");
  assert.equal(limits.session.idleMs, 5);
  assert.equal(limits.connections, 10_000);
});

const mistakes = [
  ["an unknown key, with the nearest spelling", "workerz: 2\n", "c.yaml:1:1: workerz is not a known key; did you mean workers?"],
  ["a key deep in a list", "listen:\n  - decoy: bell\n    prot: 5\n", "c.yaml:3:5: listen.0.prot is not a known key; did you mean port?"],
  ["a wrong value, with what is allowed", "ports: all\n", "c.yaml:1:1: ports must be one of unprivileged, standard"],
  ["a decoy's option", "decoys:\n  bell:\n    rings: 10\n", "c.yaml:3:5: decoys.bell.rings must be a whole number from 1 to 9"],
  ["a decoy that does not exist", "decoys:\n  bel: {}\n", "c.yaml:2:3: decoys.bel is not a known key; did you mean bell?"],
  ["a missing key", "control:\n  tcp:\n    address: 127.0.0.1\n", "c.yaml:2:3: control.tcp.port is missing: Port"],
  ["a key given twice", "workers: 1\nworkers: 2\n", "c.yaml:2:1: Map keys must be unique"],
  ["broken YAML", "listen: [\n", "c.yaml:2:1:"],
] as const;

for (const [name, source, line] of mistakes) {
  test(`names ${name}`, () => {
    assert.throws(
      () => checkConfiguration(source, "c.yaml", [bell]),
      (error) => error instanceof OperatorError && error.message.includes(line),
    );
  });
}

test("every mistake is listed, not only the first", () => {
  assert.throws(
    () => checkConfiguration("workerz: 2\nports: all\n", "c.yaml", [bell]),
    (error) => error instanceof OperatorError && error.message.split("\n").length === 2,
  );
});

test("a file that is not there is the operator's mistake", () => {
  assert.throws(
    () => loadSettings({ file: "/nonexistent/c.yaml" }, [bell]),
    (error) => error instanceof OperatorError && error.code === "file-unreadable",
  );
});

function load(source: string) {
  const file = join(mkdtempSync(join(tmpdir(), "utsusemi-")), "c.yaml");
  writeFileSync(file, source);
  return loadSettings({ file, state: "/tmp/x" }, [bell]);
}
