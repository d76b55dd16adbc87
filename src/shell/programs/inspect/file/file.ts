import { explain, isErrno } from "../../../errno.ts";
import type { Stat } from "../../../file-system.ts";
import { type Options, parseOptions } from "../../../options.ts";
import type { Execution, Process, Program } from "../../../program.ts";
import { zoneOf } from "../../time-format.ts";
import { dataKind } from "./data-kind.ts";
import { type Kind, textKind } from "./text-kind.ts";

/** file(1): what a file is, by its kind, its first bytes, or its text. */
export const file: Program = {
  name: "file",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "bcCdEe:F:f:hiklLm:nNpP:rsSvzZ0",
      long: {
        brief: "b",
        mime: "i",
        "mime-type": "mime-type",
        "mime-encoding": "mime-encoding",
        dereference: "L",
        "no-dereference": "h",
        separator: "F",
        "files-from": "f",
        uncompress: "z",
        "special-files": "s",
        "no-pad": "N",
        "no-buffer": "n",
        "keep-going": "k",
        raw: "r",
        version: "v",
        print0: "0",
      },
    });
    if (typeof options === "number") return options;
    if (options.has("v")) {
      yield* process.print("file-5.44\nmagic file from /etc/magic:/usr/share/misc/magic\n");
      return 0;
    }
    const paths = yield* allPaths(process, options);
    if (paths.length === 0) {
      yield* process.write(2, USAGE);
      return 1;
    }
    const width = Math.max(...paths.map((path) => shownName(path).length));
    for (const path of paths) yield* process.print(yield* line(process, path, { options, width }));
    return 0;
  },
};

const USAGE = `Usage: file [-bcCdEhikLlNnprsSvzZ0] [--apple] [--extension] [--mime-encoding]
            [--mime-type] [-e <testname>] [-F <separator>]  [-f <namefile>]
            [-m <magicfiles>] [-P <parameter=value>] [--exclude-quiet]
            <file> ...
       file -C [-m <magicfiles>]
       file [--help]
`;

const HEAD_BYTES = 1 << 20;

function* allPaths(process: Process, options: Options): Execution<readonly string[]> {
  const list = options.value("f");
  if (list === undefined) return options.operands;
  const text = list === "-" ? yield* process.readAll(0) : process.fs.readFile(list);
  return isErrno(text) ? options.operands : [...text.split("\n").filter((name) => name !== ""), ...options.operands];
}

function shownName(path: string): string {
  return path === "-" ? "/dev/stdin" : path;
}

function* line(process: Process, path: string, how: { options: Options; width: number }): Execution<string> {
  const { options, width } = how;
  const kind = yield* kindOf(process, path, options);
  const text = shown(kind, options);
  if (options.has("b")) return `${text}\n`;
  const name = shownName(path);
  const pad = options.has("N") ? "" : " ".repeat(width - name.length);
  return `${name}${options.has("0") ? "\0" : ""}${options.value("F") ?? ":"}${pad} ${text}\n`;
}

function shown(kind: Kind, options: Options): string {
  if (kind.mime === "") return kind.text;
  if (options.has("mime-type")) return kind.mime;
  if (options.has("mime-encoding")) return kind.charset;
  return options.has("i") ? `${kind.mime}; charset=${kind.charset}` : kind.text;
}

const binary = (text: string, mime: string): Kind => ({ text, mime, charset: "binary" });

function* kindOf(process: Process, path: string, options: Options): Execution<Kind> {
  yield* process.charge(20);
  if (path === "-") return contentKind(process, yield* process.readAll(0, HEAD_BYTES));
  const stat = options.has("L") ? process.fs.stat(path) : process.fs.lstat(path);
  if (isErrno(stat)) return { text: `cannot open \`${path}' (${explain(stat)})`, mime: "", charset: "" };
  const special = specialKind(process, path, stat);
  if (special !== undefined) return special;
  const fd = process.open(path, { read: true });
  if (isErrno(fd)) return binary(`${stat.mode & 0o111 ? "executable, " : ""}regular file, no read permission`, "application/octet-stream");
  const bytes = yield* process.readAll(fd, HEAD_BYTES);
  process.close(fd);
  const kind = contentKind(process, bytes);
  const mark = marks(stat);
  return { ...kind, text: `${mark}${mark !== "" && kind.charset !== "binary" ? ", " : ""}${kind.text}` };
}

/** Set-id and sticky bits stand in front. */
function marks({ mode }: Stat): string {
  const names = [mode & 0o4000 ? "setuid" : "", mode & 0o2000 ? "setgid" : "", mode & 0o1000 ? "sticky" : ""].filter((name) => name !== "");
  return names.length === 0 ? "" : `${names.join(", ")} `;
}

function specialKind(process: Process, path: string, stat: Stat): Kind | undefined {
  const numbers = `(${stat.device?.major ?? 0}/${stat.device?.minor ?? 0})`;
  switch (stat.kind) {
    case "directory":
      return binary(`${stat.mode & 0o1000 ? "sticky, " : stat.mode & 0o2000 ? "setgid, " : ""}directory`, "inode/directory");
    case "character":
      return binary(`character special ${numbers}`, "inode/chardevice");
    case "block":
      return binary(`block special ${numbers}`, "inode/blockdevice");
    case "fifo":
      return binary("fifo (named pipe)", "inode/fifo");
    case "socket":
      return binary("socket", "inode/socket");
    case "link":
      return linkKind(process, path);
    default:
      return undefined;
  }
}

function linkKind(process: Process, path: string): Kind {
  const target = process.fs.readLink(path);
  const text = isErrno(target) ? "" : target;
  return binary(`${isErrno(process.fs.stat(path)) ? "broken " : ""}symbolic link to ${text}`, "inode/symlink");
}

function contentKind(process: Process, bytes: string): Kind {
  if (bytes === "") return binary("empty", "inode/x-empty");
  const data = dataKind(bytes, zoneOf(process));
  if (data !== undefined) return { ...data, charset: "binary" };
  if (bytes.length === 1) return binary("very short file (no magic)", "application/octet-stream");
  return textKind(bytes) ?? binary("data", "application/octet-stream");
}
