/**
 * Files out of a tape archive, as busybox writes it for what it copied from /proc and /sys.
 *
 * Source: POSIX.1-2017, pax, "ustar Interchange Format"; GNU's type `L` for long names.
 */
import type { Contents, Entry } from "../../../src/detectors/views/memory-files.ts";

const BLOCK = 512;

/** By absolute path. */
export function readTar(bytes: Uint8Array): Contents {
  const archive = Buffer.from(bytes);
  const contents: Record<string, Entry> = {};
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0; ) {
    const { name, type, target, size } = header(archive.subarray(at, at + BLOCK));
    const content = archive.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (type === "L") {
      longName = text(content);
      continue;
    }
    const path = `/${(longName ?? name).replace(/^\.?\/+/, "").replace(/\/$/, "")}`;
    longName = undefined;
    if (path === "/") continue;
    contents[path] = type === "5" ? { directory: true } : type === "2" ? { link: target } : Uint8Array.from(content);
  }
  return contents;
}

/** name[100] mode[8] uid[8] gid[8] size[12, octal] mtime[12] checksum[8] type[1] link[100] */
function header(block: Buffer): { readonly name: string; readonly type: string; readonly target: string; readonly size: number } {
  return {
    name: text(block.subarray(0, 100)),
    size: Number.parseInt(text(block.subarray(124, 136)), 8),
    type: block.toString("latin1", 156, 157),
    target: text(block.subarray(157, 257)),
  };
}

function text(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString("latin1", 0, end < 0 ? undefined : end);
}
