import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Persona } from "../../src/decoy/persona.ts";
import { type Outcome, PREFIX } from "./corpus.ts";
import { fixture, TIME_S } from "./fixture.ts";

const LIMIT_MS = 300_000;
/** The persona's own files that the real system gets too, so that both have the same users and name. */
const SHARED = ["/etc/passwd", "/etc/group", "/etc/hostname", "/etc/hosts"];

/** Runs all commands in the real Debian, each in a fresh working directory; no network, processes of its own. */
export async function runReal(root: string, persona: Persona, commands: readonly string[]): Promise<readonly Outcome[]> {
  const job = mkdtempSync(join(tmpdir(), "utsusemi-differential-"));
  try {
    writeJob(job, persona, commands);
    const script = join(import.meta.dirname, "real-side.sh");
    await promisify(execFile)("unshare", ["-m", "-p", "-n", "-u", "--fork", "--kill-child", "bash", script, root, job], {
      timeout: LIMIT_MS,
    });
    return commands.map((_, at) => readOutcome(job, at));
  } finally {
    rmSync(job, { recursive: true, force: true });
  }
}

function writeJob(job: string, persona: Persona, commands: readonly string[]): void {
  for (const folder of ["out", "etc"]) mkdirSync(join(job, folder));
  writeFileSync(join(job, "commands"), commands.map((command) => `${PREFIX}${command}\0`).join(""), "latin1");
  writeFileSync(join(job, "fixture.sh"), fixtureScript(), "latin1");
  copyFileSync(join(import.meta.dirname, "batch.sh"), join(job, "batch.sh"));
  for (const path of SHARED) {
    const text = persona.tree.files[path];
    if (text !== undefined) writeFileSync(join(job, path), text);
  }
  writeFileSync(join(job, "etc/hostname"), `${persona.machine.hostname}\n`);
}

/** Shell commands that make the fixture; contents as octal escapes, so that any byte survives. */
function fixtureScript(): string {
  const lines = fixture.map((entry) => {
    const path = `'./${entry.path}'`;
    if (entry.kind === "directory") return `mkdir ${path}; chmod ${entry.mode.toString(8)} ${path}`;
    if (entry.kind === "link") return `ln -s ${entry.target} ${path}`;
    return `printf '${octal(entry.text)}' >${path}; chmod ${entry.mode.toString(8)} ${path}`;
  });
  const times = `find . -depth ! -type l -exec touch -d @${TIME_S} {} +`;
  return `${lines.join("\n")}\n${times}\n`;
}

function octal(text: string): string {
  return Array.from(text, (byte) => (/[A-Za-z0-9 ,.]/.test(byte) ? byte : `\\${byte.charCodeAt(0).toString(8).padStart(3, "0")}`)).join("");
}

function readOutcome(job: string, at: number): Outcome {
  const read = (kind: string) => readFileSync(join(job, "out", `${at}.${kind}`), "latin1");
  return { out: read("out"), err: read("err"), status: Number(read("status")) };
}
