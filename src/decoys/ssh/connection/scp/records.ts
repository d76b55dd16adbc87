import { done, malformed, type Parsed } from "../../../../wire/parsed.ts";

export interface FileRecord {
  readonly kind: "file" | "directory";
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  readonly name: string;
}

/** Unix milliseconds, as the file system takes them. */
export interface Times {
  readonly accessMs: number;
  readonly modifyMs: number;
}

/** `C0644 5 name` or `D0755 0 name`: four octal digits, decimal bytes, the rest of the line. */
export function parseFileRecord(line: string): Parsed<FileRecord> {
  const mode = /^.([0-7]{4})/.exec(line)?.[1];
  if (mode === undefined) return malformed("bad mode");
  if (line.charAt(5) !== " ") return malformed("mode not delimited");
  const size = /^\d+/.exec(line.slice(6))?.[0];
  if (size === undefined) return malformed("size not present");
  if (line.charAt(6 + size.length) !== " ") return malformed("size not delimited");
  if (!Number.isSafeInteger(Number(size))) return malformed("size out of range");
  const kind = line.startsWith("D") ? "directory" : "file";
  return done({ kind, mode: Number.parseInt(mode, 8), size: Number(size), name: line.slice(7 + size.length) }, line.length);
}

/** `T1700000000 0 1700000001 0`: seconds and microseconds, modified then accessed. */
export function parseTimesRecord(line: string): Parsed<Times> {
  const names = ["mtime.sec", "mtime.usec", "atime.sec", "atime.usec"];
  const parts = line.slice(1).split(" ");
  const wrong = names.findIndex((_, index) => !/^\d+$/.test(parts[index] ?? "") || (index < 3 && parts[index + 1] === undefined));
  if (wrong >= 0) return malformed(parts[wrong] === "" ? `${names[wrong]} not present` : `${names[wrong]} not delimited`);
  const [modify = 0, , access = 0] = parts.map(Number);
  return done({ accessMs: access * 1000, modifyMs: modify * 1000 }, line.length);
}
