import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { runShell } from "../testing/run.ts";
import { singleQuoted } from "./quoting.ts";

/** Every snippet runs here and in the shell that this machine has: output, errors and exit status must be the same. */
const empty = mkdtempSync(join(tmpdir(), "shell-snippets-"));
after(() => rmSync(empty, { recursive: true }));

function snippets(name: string): readonly string[] {
  const text = readFileSync(new URL(`snippets/${name}.txt`, import.meta.url), "latin1");
  return text.replace(/\n$/, "").split("\n----\n");
}

function real(shell: string, snippet: string) {
  const env = { PATH: "/usr/bin:/bin", HOME: "/root", LANG: "C" };
  const done = spawnSync(`/bin/${shell}`, ["-c", snippet], {
    argv0: shell,
    cwd: empty,
    env,
    encoding: "latin1",
    timeout: 20_000,
    input: "",
  });
  return { out: done.stdout, err: done.stderr, status: done.status };
}

function ours(shell: string, snippet: string) {
  const { out, err, status } = runShell(`export HOME=/root LANG=C; cd /tmp; ${shell} -c ${singleQuoted(snippet)}`, { input: "" });
  return { out, err, status };
}

for (const shell of ["bash", "dash"]) {
  describe(`as the real ${shell}`, () => {
    for (const [index, snippet] of snippets(shell).entries()) {
      it(`${index + 1}: ${snippet.split("\n")[0]?.slice(0, 100)}`, () => assert.deepEqual(ours(shell, snippet), real(shell, snippet)));
    }
  });
}
