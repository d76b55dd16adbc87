import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readYaml } from "../../shape/checked-yaml.ts";
import { checkShape, object, record, type Shape, text } from "../../shape/shape.ts";

/**
 * Reads a folder of YAML files whose reading takes longer than all checks of it: what it held is kept as JSON beside the hash of the texts, so
 * that a change of any byte reads them anew. The kept values are checked like the read ones, and where nothing can be kept, nothing is.
 */
export interface RawFile {
  /** Path within the folder. */
  readonly name: string;
  readonly text: string;
  /** What the YAML says; undefined where it is no YAML. */
  readonly value: unknown;
}

const anything: Shape<unknown> = {
  summary: "Anything",
  allowed: "anything",
  optional: true,
  standard: undefined,
  check: (value) => value,
};
const keptShape = object("What was read", { hash: text("Hash of the texts"), values: record("Values by file", anything) });

/** All `.yaml` files of a folder and of its folder `shared`, by name. @param kept the file to keep them in; undefined: none. */
export function readFolder(folder: string, kept: string | undefined): readonly RawFile[] {
  const texts = listed(folder).map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
  const hash = createHash("sha256");
  for (const { name, text: content } of texts) hash.update(`${name}\0${content}\0`);
  const key = hash.digest("hex");
  const before = kept === undefined ? undefined : recall(kept, key);
  if (before !== undefined) return texts.map((file) => ({ ...file, value: before[file.name] }));
  const files = texts.map((file) => ({ ...file, value: readYaml(file.text).value }));
  if (kept !== undefined) keep(kept, { hash: key, values: Object.fromEntries(files.map(({ name, value }) => [name, value])) });
  return files;
}

function listed(folder: string): readonly string[] {
  const yaml = (names: readonly string[]) => names.filter((name) => name.endsWith(".yaml")).sort();
  return [...yaml(readdirSync(join(folder, "shared"))).map((name) => `shared/${name}`), ...yaml(readdirSync(folder))];
}

function recall(path: string, hash: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const { value } = checkShape(keptShape, JSON.parse(readFileSync(path, "utf8")));
    return value?.hash === hash ? value.values : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error)) return undefined;
    throw error;
  }
}

/** Written beside and moved into place, so that nobody reads half of it. */
function keep(path: string, value: unknown): void {
  const beside = `${path}.${process.pid}`;
  try {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(beside, JSON.stringify(value));
    renameSync(beside, path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}
