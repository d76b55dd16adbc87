/**
 * Reads a real root directory and prints it as a profile's tree: facts about a system, one line an entry, sorted by path.
 * Times at or after the beginning of the installation are written as seconds after it (`+60`), so that each site has its own.
 *
 *   node setup/tree.ts ROOT [--installed UNIX-SECONDS] [--drop FILE]
 *
 * FILE has one pattern a line: `?` is a character and `*` any run of characters without a slash, `**` any run; what matches is left out, with what is below.
 */
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

interface Reading {
  readonly root: string;
  readonly installedSeconds: number;
  readonly drop: readonly RegExp[];
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { installed: { type: "string" }, drop: { type: "string" } } });
const root = positionals[0];
if (root === undefined) {
  process.stderr.write("usage: node setup/tree.ts ROOT [--installed UNIX-SECONDS] [--drop FILE]\n");
  process.exitCode = 1;
} else {
  const reading = {
    root,
    installedSeconds: Number(values.installed ?? Number.MAX_SAFE_INTEGER),
    drop: values.drop === undefined ? [] : patternsIn(values.drop),
  };
  const lines = ["/", ...below("/", reading)].map((path) => lineOf(path, reading));
  process.stdout.write(lines.sort().join(""));
}

function patternsIn(file: string): readonly RegExp[] {
  const patterns = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return patterns.map(
    (pattern) =>
      new RegExp(
        `^${pattern
          .replace(/[.+^${}()|[\]\\]/g, "\\$&")
          .replaceAll("**", "\0")
          .replaceAll("*", "[^/]*")
          .replaceAll("\0", ".*")
          .replaceAll("?", "[^/]")}$`,
      ),
  );
}

function below(directory: string, reading: Reading): string[] {
  const names = readdirSync(join(reading.root, directory));
  const paths = names.map((name) => join(directory, name)).filter((path) => !reading.drop.some((pattern) => pattern.test(path)));
  return paths.flatMap((path) => (lstatSync(join(reading.root, path)).isDirectory() ? [path, ...below(path, reading)] : [path]));
}

function lineOf(path: string, reading: Reading): string {
  const real = join(reading.root, path);
  const stats = lstatSync(real);
  const columns = [path, typeOf(stats), (stats.mode & 0o7777).toString(8), stats.uid, stats.gid, sizeOf(stats), timeOf(stats, reading)];
  return `${columns.join("\t")}${stats.isSymbolicLink() ? `\t${readlinkSync(real)}` : ""}\n`;
}

function typeOf(stats: Stats): string {
  if (stats.isDirectory()) return "d";
  if (stats.isSymbolicLink()) return "l";
  if (stats.isCharacterDevice()) return "c";
  if (stats.isBlockDevice()) return "b";
  if (stats.isFIFO()) return "p";
  return stats.isSocket() ? "s" : "f";
}

function sizeOf(stats: Stats): string {
  const isDevice = stats.isCharacterDevice() || stats.isBlockDevice();
  return isDevice ? `${(stats.rdev >> 8) & 0xfff},${(stats.rdev & 0xff) | ((stats.rdev >> 12) & 0xfff00)}` : String(stats.size);
}

function timeOf(stats: Stats, { installedSeconds }: Reading): string {
  const seconds = Math.floor(stats.mtimeMs / 1000);
  return seconds >= installedSeconds ? `+${seconds - installedSeconds}` : String(seconds);
}
