/**
 * The lines of a profile's tree: as in a persona's manifest, `path TAB type TAB mode(octal) TAB uid TAB gid TAB size TAB mtime [TAB target]`,
 * but a time may also be relative: `+60` a minute after the installation, `^60` after the last boot, `-60` before now.
 * A path stands once; of two lines for one path the later counts.
 */
export interface Entry {
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes, or `major,minor` of a device. */
  readonly size: string;
  readonly mtime: string;
  readonly target: string;
}

export interface TreeTimes {
  readonly installedMs: number;
  readonly bootMs: number;
  readonly wallMs: number;
}

export interface BrokenLine {
  readonly line: number;
  readonly why: string;
}

/** Reads lines whose columns stand apart by tabs, or by any white space when a line has no tab. Lines that start with # are comments. */
export function parseManifest(text: string, broken: BrokenLine[]): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  let number = 0;
  for (const line of text.split("\n")) {
    number++;
    if (line === "" || line.startsWith("#")) continue;
    const entry = parseLine(line);
    if (typeof entry === "string") broken.push({ line: number, why: entry });
    else entries.set(entry.path, entry);
  }
  return entries;
}

function parseLine(line: string): Entry | string {
  const columns = line.includes("\t") ? line.split("\t") : line.trim().split(/ +/);
  const [path = "", type = "", mode = "", uid = "", gid = "", size = "", mtime = "", target = ""] = columns;
  if (!/^\/(?:[^/]|\/(?!\/|$))*$/.test(path)) return `no absolute path: ${path}`;
  if (!/^[fdlcbps]$/.test(type)) return `type must be one of f d l c b p s: ${type}`;
  if (!/^[0-7]{1,4}$/.test(mode)) return `mode must be octal: ${mode}`;
  if (!/^\d+$/.test(uid) || !/^\d+$/.test(gid)) return `user and group must be numbers: ${uid} ${gid}`;
  if (!(type === "c" || type === "b" ? /^\d+,\d+$/ : /^\d+$/).test(size)) return `size must be bytes, or major,minor of a device: ${size}`;
  if (!/^[+^-]?\d+$/.test(mtime)) return `time must be Unix seconds or +, ^ or - and seconds: ${mtime}`;
  if ((type === "l") !== (target !== "")) return "a link needs a target, and nothing else has one";
  return { path, type, mode: Number.parseInt(mode, 8), uid: Number(uid), gid: Number(gid), size, mtime, target };
}

/** The manifest of a persona: sorted by path, all times in Unix seconds. */
export function encodeManifest(entries: ReadonlyMap<string, Entry>, times: TreeTimes): string {
  const sorted = [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const lines = sorted.map((entry) => {
    const columns = [entry.path, entry.type, entry.mode.toString(8), entry.uid, entry.gid, entry.size, seconds(entry.mtime, times)];
    return `${columns.join("\t")}${entry.target === "" ? "" : `\t${entry.target}`}\n`;
  });
  return lines.join("");
}

function seconds(mtime: string, times: TreeTimes): number {
  const number = Number(mtime.replace(/^[+^-]/, ""));
  const now = Math.floor(times.wallMs / 1000);
  if (mtime.startsWith("+")) return Math.min(now, Math.floor(times.installedMs / 1000) + number);
  if (mtime.startsWith("^")) return Math.min(now, Math.floor(times.bootMs / 1000) + number);
  return mtime.startsWith("-") ? now - number : number;
}
