import type { Credentials, FileSystem, OpenHow } from "../file-system.ts";
import type { BoundFiles } from "../program.ts";

/** Whose view of the file system it is; read at each call, since all of it may change. */
export interface Binding {
  readonly credentials: Credentials;
  readonly umask: number;
  absolute(path: string): string;
}

const MAX_FILE_BYTES = 16 << 20;
/** A device has no end. */
const MAX_DEVICE_BYTES = 65_536;

/** The file system bound to a process. */
export function boundFiles(fs: FileSystem, binding: Binding): BoundFiles {
  const who = () => binding.credentials;
  const at = (path: string) => binding.absolute(path);
  return {
    stat: (path) => fs.stat(at(path), who()),
    lstat: (path) => fs.lstat(at(path), who()),
    list: (path) => fs.list(at(path), who()),
    readLink: (path) => fs.readLink(at(path), who()),
    realPath: (path) => fs.realPath(at(path), who()),
    makeDirectory: (path, mode = 0o777) => fs.makeDirectory(at(path), mode & ~binding.umask, who()),
    makeNode: (path, kind, { mode = 0o666, device } = {}) => fs.makeNode(at(path), { kind, mode: mode & ~binding.umask, device }, who()),
    remove: (path) => fs.remove(at(path), who()),
    removeDirectory: (path) => fs.removeDirectory(at(path), who()),
    rename: (from, to) => fs.rename(at(from), at(to), who()),
    link: (from, to) => fs.link(at(from), at(to), who()),
    symlink: (target, path) => fs.symlink(target, at(path), who()),
    chmod: (path, mode) => fs.chmod(at(path), mode, who()),
    chown: (path, owner) => fs.chown(at(path), owner, who()),
    setTimes: (path, times) => fs.setTimes(at(path), times, who()),
    truncate: (path, size) => fs.truncate(at(path), size, who()),
    usage: (path) => fs.usage(at(path)),
    access: (path, wanted) => fs.access(at(path), wanted, who()),
    openFile: (path, how) => fs.open(at(path), withUmask(how, binding), who()),
    readFile: (path) => {
      const file = fs.open(at(path), { read: true }, who());
      if ("errno" in file) return file;
      const bytes = file.read(0, file.stat.kind === "character" ? MAX_DEVICE_BYTES : MAX_FILE_BYTES);
      file.close();
      return bytes;
    },
    writeFile: (path, bytes, how = {}) => {
      const append = how.append === true;
      const file = fs.open(
        at(path),
        withUmask(
          {
            write: true,
            create: true,
            append,
            truncate: !append,
            mode: how.mode ?? 0o666,
            ...(how.way === undefined ? {} : { way: how.way }),
          },
          binding,
        ),
        who(),
      );
      if ("errno" in file) return file;
      const done = file.write(0, bytes);
      file.close();
      return done;
    },
  };
}

function withUmask(how: OpenHow, binding: Binding): OpenHow {
  return how.create === true ? { ...how, mode: (how.mode ?? 0o666) & ~binding.umask } : how;
}
