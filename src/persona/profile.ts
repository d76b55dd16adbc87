import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { checkShape } from "../shape/shape.ts";
import { textAt } from "./plain.ts";
import { type ProfileFile, type ProfileProblem, parseProfileFile } from "./profile-file.ts";
import { type ProfileSource, profileShape, type TreeSource } from "./profile-shape.ts";

/** A profile as it stands in its folder: checked for its form, nothing drawn. */
export interface Profile {
  readonly name: string;
  readonly source: ProfileSource;
  readonly file: ProfileFile;
  /** The tree's lines, what it extends included, references not followed. */
  readonly treeLines: string;
  /** Contents by path, references not followed. */
  readonly contents: Readonly<Record<string, string>>;
}

export type Loaded = { readonly profile: Profile } | { readonly problems: readonly ProfileProblem[] };

/** Where the profiles of this checkout are. */
export const profilesFolder = join(import.meta.dirname, "..", "..", "profiles");

const fileName = "persona.yaml";

/** Names of the profiles in a folder, sorted. */
export function listProfiles(folder = profilesFolder): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, fileName)))
    .map((entry) => entry.name)
    .sort();
}

/** Loads a profile by its name, or by the path of its folder or persona.yaml. A missing profile is a problem whose `nearest` is a known name. */
export function loadProfile(nameOrPath: string): Loaded {
  const path = pathOf(nameOrPath);
  const text = readIfThere(path);
  if (text === undefined)
    return { problems: [{ file: path, line: 1, column: 1, key: "", why: `is no profile: known are ${listProfiles().join(", ")}` }] };
  const file = parseProfileFile(path, text);
  if ("problems" in file) return file;
  const { value: source, problems } = checkShape(profileShape, file.value);
  if (source === undefined) return { problems: problems.map(file.locate) };
  return loadTree({ name: basename(dirname(path)), source, file });
}

function pathOf(nameOrPath: string): string {
  const path = nameOrPath.includes("/") ? nameOrPath : join(profilesFolder, nameOrPath);
  return path.endsWith(".yaml") || path.endsWith(".yml") ? path : join(path, fileName);
}

function loadTree(form: Omit<Profile, "treeLines" | "contents">): Loaded {
  const folder = dirname(form.file.file);
  const { tree } = form.source;
  const problems: ProfileProblem[] = [];
  const read = (name: string, path: readonly string[]): string => {
    const text = readIfThere(join(folder, name));
    if (text === undefined) problems.push(form.file.locate({ path, why: `names no file in ${folder}: ${name}` }));
    return text ?? "";
  };
  const lines = [
    baseLines(tree, form.file, problems),
    tree.manifest === undefined ? "" : read(tree.manifest, ["tree", "manifest"]),
    tree.entries,
  ];
  const contents: Record<string, string> = {};
  for (const [path, value] of Object.entries(tree.files)) {
    const from = textAt(value, "from");
    if (from !== "") contents[path] = read(from, ["tree", "files", path, "from"]);
    else if (typeof value === "string") contents[path] = value;
    else problems.push(form.file.locate({ path: ["tree", "files", path], why: "must be a text, or from: a file" }));
  }
  return problems.length > 0 ? { problems } : { profile: { ...form, treeLines: lines.join("\n"), contents } };
}

/** The entries of the profile that a tree extends, without what is dropped, renamed as told. */
function baseLines(tree: TreeSource, file: ProfileFile, problems: ProfileProblem[]): string {
  if (tree.extends === undefined) return "";
  const base = loadProfile(tree.extends);
  if ("problems" in base) {
    problems.push(file.locate({ path: ["tree", "extends"], why: `can't be loaded: ${tree.extends}`, choices: listProfiles() }));
    return "";
  }
  const dropped = tree.drop.map((pattern) => new RegExp(`^${pattern.split("*").map(RegExp.escape).join("[^\t]*")}(?:/|\t|$)`));
  const kept = base.profile.treeLines.split("\n").filter((line) => line !== "" && !dropped.some((pattern) => pattern.test(line)));
  return kept.map((line) => renamed(line, tree.rename)).join("\n");
}

function renamed(line: string, rules: TreeSource["rename"]): string {
  return rules.reduce((text, { from, to }) => (text.startsWith(from) ? `${to}${text.slice(from.length)}` : text), line);
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
