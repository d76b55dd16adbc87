import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";

/** The import table and the absences are held by lint; here lint itself is tried: each of these must be refused, each of those must pass. */
const ROOT = join(import.meta.dirname, "..", "..");

const refused = [
  ["a decoy opens a socket", "src/decoys/x/session.ts", 'import { createServer } from "node:net";\nexport const x = createServer;\n'],
  ["a decoy reads a file", "src/decoys/x/session.ts", 'import { readFileSync } from "node:fs";\nexport const x = readFileSync;\n'],
  ["a decoy draws chance", "src/decoys/x/session.ts", "export const x = Math.random();\n"],
  ["a decoy reads the clock", "src/decoys/x/session.ts", "export const x = Date.now();\n"],
  ["a decoy makes today's date", "src/decoys/x/session.ts", "export const x = new Date();\n"],
  ["a decoy sets a timer", "src/decoys/x/session.ts", "setTimeout(String, 5);\n"],
  ["a decoy reads the environment", "src/decoys/x/session.ts", 'export const x = process.env["HOME"];\n'],
  ["a decoy fetches", "src/decoys/x/session.ts", 'export const x = fetch("http://127.0.0.1");\n'],
  [
    "a decoy sees the configuration",
    "src/decoys/x/session.ts",
    'import { loadSettings } from "../../daemon/configuration.ts";\nexport const x = loadSettings;\n',
  ],
  ["a decoy uses a library", "src/decoys/x/session.ts", 'import { parse } from "yaml";\nexport const x = parse;\n'],
  ["a detector uses ssh2", "src/detectors/x/x.ts", 'import ssh2 from "ssh2";\nexport const x = ssh2;\n'],
  ["a decoy sees the store", "src/decoys/x/session.ts", 'import type { Store } from "../../store/store.ts";\nexport type X = Store;\n'],
  ["SSH draws chance", "src/decoys/ssh/x.ts", 'import { randomBytes } from "node:crypto";\nexport const x = randomBytes;\n'],
  ["SSH signs by itself", "src/decoys/ssh/x.ts", 'import { sign } from "node:crypto";\nexport const x = sign;\n'],
  ["the shell starts a program", "src/shell/x.ts", 'import { spawn } from "node:child_process";\nexport const x = spawn;\n'],
  ["the shell makes keys", "src/shell/x.ts", 'import { generateKeyPairSync } from "node:crypto";\nexport const x = generateKeyPairSync;\n'],
  ["wire imports another room", "src/wire/x.ts", 'import { catalogue } from "../events/catalogue.ts";\nexport const x = catalogue;\n'],
  ["events import another room", "src/events/x.ts", 'import { Reader } from "../wire/reader.ts";\nexport const x = Reader;\n'],
  ["the store sees a decoy", "src/store/x.ts", 'import { decoys } from "../decoys/index.ts";\nexport const x = decoys;\n'],
  ["the host sees the store", "src/host/x.ts", 'import { openStore } from "../store/store.ts";\nexport const x = openStore;\n'],
  ["a type assertion", "src/daemon/x.ts", "export const x = (y: unknown) => y as string;\n"],
  ["a default export", "src/daemon/x.ts", "export default 1;\n"],
  ["any", "src/daemon/x.ts", "export const x = (y: any) => y;\n"],
  ["a non-null assertion", "src/daemon/x.ts", "export const x = (y: string | null) => y!.length;\n"],
  ["an empty catch", "src/daemon/x.ts", "export function x() {\n  try {\n    x();\n  } catch {}\n}\n"],
  ["four parameters", "src/daemon/x.ts", "export const x = (a: 1, b: 1, c: 1, d: 1) => [a, b, c, d];\n"],
  ["a function of 60 lines", "src/daemon/x.ts", `export function x(y: number[]) {\n${"  y.push(1);\n".repeat(60)}}\n`],
  [
    "a file of 500 lines",
    "src/daemon/x.ts",
    "export const x = 1;\n".replace("x", "x0") + Array.from({ length: 500 }, (_, n) => `export const y${n} = ${n};\n`).join(""),
  ],
] as const;

const allowed = [
  ["a decoy uses Buffer", "src/decoys/x/session.ts", 'import { Buffer } from "node:buffer";\n\nexport const x = Buffer.alloc(1);\n'],
  ["SSH hashes", "src/decoys/ssh/x.ts", 'import { createHash } from "node:crypto";\n\nexport const x = createHash("sha256");\n'],
  ["as const", "src/daemon/x.ts", "export const x = [1] as const;\n"],
  ["a date out of a given moment", "src/shell/x.ts", "export const x = new Date(5).getUTCDay();\n"],
] as const;

const faulty = lintAll();

for (const [index, [name, path]] of [...refused, ...allowed].entries()) {
  const file = placed(path, index);
  if (index < refused.length) test(`lint refuses: ${name}`, () => assert.ok(faulty.has(file)));
  else test(`lint allows: ${name}`, () => assert.ok(!faulty.has(file)));
}

test("lint refuses: a cycle of imports", () => assert.ok(faulty.has("src/daemon/cycle-one.ts")));

/** Lints all cases at once, in a folder that has the project's rules and nothing else; gives the files that were refused. */
function lintAll(): ReadonlySet<string> {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-borders-"));
  cpSync(join(ROOT, "biome.json"), join(folder, "biome.json"));
  for (const plugin of ["no-assertion.grit", "no-chance.grit"]) cpSync(join(ROOT, "setup", plugin), join(folder, "setup", plugin));
  for (const [index, [, path, source]] of [...refused, ...allowed].entries()) write(folder, placed(path, index), source);
  write(folder, "src/daemon/cycle-one.ts", 'import { two } from "./cycle-two.ts";\n\nexport const one = () => two;\n');
  write(folder, "src/daemon/cycle-two.ts", 'import { one } from "./cycle-one.ts";\n\nexport const two = () => one;\n');
  const biome = join(ROOT, "node_modules", ".bin", "biome");
  const args = ["lint", "--vcs-enabled=false", "--reporter=github", "--max-diagnostics=none", "src"];
  const { stdout } = spawnSync(biome, args, { cwd: folder, encoding: "utf8" });
  return new Set([...stdout.matchAll(/^::error .*?file=([^,]+)/gm)].map(([, file = ""]) => file.slice(file.indexOf("src/"))));
}

function write(folder: string, file: string, source: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), source);
}

/** A file of its own for each case, in the folder that the case is about. */
function placed(path: string, index: number): string {
  return path.replace(/\.ts$/, `-${index}.ts`);
}
