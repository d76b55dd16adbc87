import type { Persona } from "../../decoy/persona.ts";
import type { Credentials, Errno, FileSystem, NewNode, Ok, OpenFile, OpenHow, Stat } from "../file-system.ts";
import { hash32 } from "../seed.ts";
import { linkTarget, type Namespace, type Place } from "./namespace.ts";
import { DENIED, type LiveNode, type Node, permits, statOf } from "./node.ts";
import { type OpenContext, openDevice, openGenerated, openRegular } from "./open-files.ts";
import type { Quarantine } from "./quarantine.ts";
import type { Quota } from "./quota.ts";

/** What the file system needs from around it. */
export interface FileSystemPorts {
  readonly persona: Persona;
  readonly nowMs: () => number;
  readonly random: (size: number) => string;
  readonly quarantine: Quarantine;
  /** Kept within bounds: what this source added. */
  readonly quota: Quota;
}

const OK: Ok = { ok: true };

/** The file system of one visit. Every operation checks the permissions that Linux checks, in the order in which it checks them. */
export class VirtualFileSystem implements FileSystem {
  readonly space: Namespace;
  readonly #ports: FileSystemPorts;
  readonly #context: OpenContext;

  constructor(space: Namespace, ports: FileSystemPorts) {
    this.space = space;
    this.#ports = ports;
    const { persona, nowMs, random, quota, quarantine } = ports;
    this.#context = {
      persona,
      nowMs,
      random,
      quota,
      promote: (node) => space.promote(node),
      current: (node) => space.promoted().get(node) ?? node,
      closed: (node, path) => quarantine.changed(node, path),
      losing: (node) => quarantine.settle(node),
    };
  }

  stat(path: string, who: Credentials): Stat | Errno {
    return this.#stat(path, who, true);
  }

  lstat(path: string, who: Credentials): Stat | Errno {
    return this.#stat(path, who, false);
  }

  list(path: string, who: Credentials): readonly string[] | Errno {
    const node = this.#existing(path, who, true);
    if ("errno" in node) return node;
    if (node.kind !== "directory") return { errno: "ENOTDIR" };
    if (!permits(node, 4, who)) return DENIED;
    const names = this.space.names(node);
    return node.layer === "generated" ? names : inHashOrder(this.#ports.persona.seed, names);
  }

  readLink(path: string, who: Credentials): string | Errno {
    const node = this.#existing(path, who, false);
    if ("errno" in node) return node;
    return linkTarget(node) ?? { errno: "EINVAL" };
  }

  realPath(path: string, who: Credentials): string | Errno {
    const place = this.space.find(path, who, true);
    if ("errno" in place) return place;
    return place.node === undefined ? { errno: "ENOENT" } : place.path;
  }

  access(path: string, wanted: number, who: Credentials): Ok | Errno {
    const node = this.#existing(path, who, true);
    if ("errno" in node) return node;
    return permits(node, wanted, who) ? OK : DENIED;
  }

  open(path: string, how: OpenHow, who: Credentials): OpenFile | Errno {
    const place = this.space.find(path, who, how.exclusive !== true);
    if ("errno" in place) return place;
    if (place.node === undefined) return how.create === true ? this.#create(place, how, who) : { errno: "ENOENT" };
    if (how.create === true && how.exclusive === true) return { errno: "EEXIST" };
    const wrong = refusal(place.node, how, who);
    if (wrong !== undefined) return wrong;
    return this.#openNode(place.node, place.path, how);
  }

  makeDirectory(path: string, mode: number, who: Credentials): Ok | Errno {
    return this.#add(path, who, () =>
      this.space.make("directory", { mode: mode & 0o1777, uid: who.uid, gid: who.gid, nowMs: this.#ports.nowMs() }),
    );
  }

  makeNode(path: string, node: NewNode, who: Credentials): Ok | Errno {
    if (node.kind !== "fifo" && who.uid !== 0) return { errno: "EPERM" };
    const { kind, mode, device } = node;
    return this.#add(path, who, () => this.space.make(kind, { mode, uid: who.uid, gid: who.gid, nowMs: this.#ports.nowMs(), device }));
  }

  symlink(target: string, path: string, who: Credentials): Ok | Errno {
    if (target === "") return { errno: "ENOENT" };
    return this.#add(path, who, () =>
      this.space.make("link", { mode: 0o777, uid: who.uid, gid: who.gid, nowMs: this.#ports.nowMs(), target }),
    );
  }

  link(from: string, to: string, who: Credentials): Ok | Errno {
    const source = this.#existing(from, who, false);
    if ("errno" in source) return source;
    if (source.kind === "directory") return { errno: "EPERM" };
    const live = this.space.promote(source);
    if (live === undefined) return { errno: "EXDEV" };
    const added = this.#add(to, who, () => live);
    if ("ok" in added) live.links += 1;
    return added;
  }

  remove(path: string, who: Credentials): Ok | Errno {
    const place = this.#removable(path, who);
    if ("errno" in place) return place;
    if (place.node.kind === "directory") return { errno: "EISDIR" };
    this.#detach(place);
    const live = this.space.promote(place.node);
    if (live !== undefined) this.#released(live);
    return OK;
  }

  removeDirectory(path: string, who: Credentials): Ok | Errno {
    if (/(^|\/)\.\/*$/.test(path)) return { errno: "EINVAL" };
    const place = this.#removable(path, who);
    if ("errno" in place) return place;
    if (place.node.kind !== "directory") return { errno: "ENOTDIR" };
    if (place.node.layer === "generated") return { errno: "EPERM" };
    if (this.space.names(place.node).length > 0) return { errno: "ENOTEMPTY" };
    this.#detach(place);
    return OK;
  }

  rename(from: string, to: string, who: Credentials): Ok | Errno {
    const source = this.#removable(from, who);
    if ("errno" in source) return source;
    const target = this.space.find(to, who, false);
    if ("errno" in target) return target;
    const wrong = this.#renameRefusal(source, target, who);
    if (wrong !== undefined) return wrong;
    if (target.node === source.node) return OK;
    const live = this.space.promote(source.node);
    const parent = this.space.promote(target.parent);
    if (live === undefined || parent === undefined) return { errno: "EXDEV" };
    const replaced = target.node?.layer === "live" ? target.node : undefined;
    this.#detach(source);
    this.#attach(parent, target.name, live);
    if (replaced !== undefined && replaced.kind !== "directory") this.#released(replaced);
    return OK;
  }

  chmod(path: string, mode: number, who: Credentials): Ok | Errno {
    return this.#change(path, who, (live) => {
      live.mode = mode & 0o7777;
    });
  }

  chown(path: string, owner: { readonly uid: number; readonly gid: number }, who: Credentials): Ok | Errno {
    const node = this.#existing(path, who, false);
    if ("errno" in node) return node;
    const mayGive =
      who.uid === 0 || (owner.uid === node.uid && who.uid === node.uid && (owner.gid === who.gid || who.groups.includes(owner.gid)));
    if (!mayGive) return { errno: "EPERM" };
    const live = this.space.promote(node);
    if (live === undefined) return { errno: "EPERM" };
    live.uid = owner.uid;
    live.gid = owner.gid;
    if (live.kind === "file" && who.uid !== 0) live.mode &= 0o1777;
    live.changeMs = this.#ports.nowMs();
    return OK;
  }

  setTimes(path: string, times: { readonly accessMs: number; readonly modifyMs: number }, who: Credentials): Ok | Errno {
    return this.#change(path, who, (live) => {
      live.accessMs = times.accessMs;
      live.modifyMs = times.modifyMs;
    });
  }

  truncate(path: string, size: number, who: Credentials): Ok | Errno {
    const file = this.open(path, { write: true }, who);
    if ("errno" in file) return file;
    const done = file.truncate(size);
    file.close();
    return done;
  }

  usage(path: string): ReturnType<FileSystem["usage"]> {
    const disks = this.#ports.persona.machine.disks.filter(({ mount }) => mount === "/" || path === mount || path.startsWith(`${mount}/`));
    const disk = disks.reduce((best, one) => (best === undefined || one.mount.length > best.mount.length ? one : best), disks[0]);
    const sizeKib = disk?.sizeKib ?? 0;
    const inodes = Math.floor(sizeKib / 16);
    return {
      sizeKib,
      usedKib: (disk?.usedKib ?? 0) + this.#ports.quota.usedKib,
      inodes,
      inodesUsed: Math.min(inodes, Math.floor((disk?.usedKib ?? 0) / 40)),
    };
  }

  /** A file is about to be run: what the visitor wrote of it is offered to quarantine now. */
  settle(path: string): void {
    const place = this.space.find(path, { uid: 0, gid: 0, groups: [] }, true);
    if (!("errno" in place) && place.node?.layer === "live") this.#ports.quarantine.settle(place.node);
  }

  /** A whole small file, as root; "" when there is none. */
  readText(path: string): string {
    const file = this.open(path, { read: true }, { uid: 0, gid: 0, groups: [] });
    if ("errno" in file) return "";
    const text = file.read(0, 65_536);
    file.close();
    return typeof text === "string" ? text : "";
  }

  #stat(path: string, who: Credentials, follow: boolean): Stat | Errno {
    const node = this.#existing(path, who, follow);
    return "errno" in node ? node : statOf(node);
  }

  #existing(path: string, who: Credentials, follow: boolean): Node | Errno {
    const place = this.space.find(path, who, follow);
    if ("errno" in place) return place;
    return place.node ?? { errno: "ENOENT" };
  }

  #openNode(node: Node, path: string, how: OpenHow): OpenFile | Errno {
    if (node.kind === "character" || node.kind === "block") return openDevice(node, this.#context);
    if (node.layer === "generated") return openGenerated(node);
    if (node.kind === "directory")
      return {
        stat: statOf(node),
        read: () => ({ errno: "EISDIR" }),
        write: () => ({ errno: "EBADF" }),
        truncate: () => ({ errno: "EINVAL" }),
        close: () => undefined,
      };
    if (node.kind === "socket") return { errno: "ENXIO" };
    return openRegular(node, { path, how }, this.#context);
  }

  #create(place: Place, how: OpenHow, who: Credentials): OpenFile | Errno {
    const wrong = this.#additionRefusal(place.parent, who);
    if (wrong !== undefined) return wrong;
    const node = this.space.make("file", { mode: how.mode ?? 0o644, uid: who.uid, gid: who.gid, nowMs: this.#ports.nowMs() });
    const parent = this.space.promote(place.parent);
    if (parent === undefined) return { errno: "EACCES" };
    this.#attach(parent, place.name, node);
    return openRegular(node, { path: place.path, how }, this.#context);
  }

  #add(path: string, who: Credentials, make: () => LiveNode): Ok | Errno {
    const place = this.space.find(path.replace(/(?<=[^/])\/+$/, ""), who, false);
    if ("errno" in place) return place;
    if (place.node !== undefined) return { errno: "EEXIST" };
    const wrong = this.#additionRefusal(place.parent, who);
    if (wrong !== undefined) return wrong;
    const parent = this.space.promote(place.parent);
    if (parent === undefined) return { errno: "EACCES" };
    this.#attach(parent, place.name, make());
    return OK;
  }

  #additionRefusal(parent: Node, who: Credentials): Errno | undefined {
    if (parent.layer === "generated") return { errno: "ENOENT" };
    if (!permits(parent, 3, who)) return DENIED;
    return this.#ports.quota.takeEntry() ? undefined : { errno: "ENOSPC" };
  }

  #attach(parent: LiveNode, name: string, node: Node): void {
    parent.entries?.set(name, node);
    this.#touch(parent);
  }

  #detach(place: Place): void {
    const parent = this.space.promote(place.parent);
    if (parent?.base?.children?.has(place.name)) parent.entries?.set(place.name, null);
    else parent?.entries?.delete(place.name);
    if (parent !== undefined) this.#touch(parent);
  }

  #touch(directory: LiveNode): void {
    directory.modifyMs = this.#ports.nowMs();
    directory.changeMs = directory.modifyMs;
  }

  #released(node: LiveNode): void {
    node.links -= 1;
    node.changeMs = this.#ports.nowMs();
    if (node.links > 0) return;
    this.#ports.quarantine.settle(node);
    this.#ports.quota.give(node.content?.size ?? 0);
  }

  #removable(path: string, who: Credentials): (Place & { readonly node: Node }) | Errno {
    const place = this.space.find(path, who, false);
    if ("errno" in place) return place;
    if (place.node === undefined) return { errno: "ENOENT" };
    if (place.name === "") return { errno: "EBUSY" };
    if (!permits(place.parent, 3, who)) return DENIED;
    const sticky = (place.parent.mode & 0o1000) !== 0 && who.uid !== 0;
    if (sticky && place.node.uid !== who.uid && place.parent.uid !== who.uid) return { errno: "EPERM" };
    if (place.parent.layer === "generated") return { errno: "EPERM" };
    return place.node.layer === "generated" ? { errno: "EBUSY" } : { ...place, node: place.node };
  }

  #renameRefusal(source: Place & { readonly node: Node }, target: Place, who: Credentials): Errno | undefined {
    if (!permits(target.parent, 3, who)) return DENIED;
    if (source.node.kind === "directory" && target.path.startsWith(`${source.path}/`)) return { errno: "EINVAL" };
    if (target.node === undefined) return undefined;
    if (target.node.kind !== "directory") return source.node.kind === "directory" ? { errno: "ENOTDIR" } : undefined;
    if (source.node.kind !== "directory") return { errno: "EISDIR" };
    return this.space.names(target.node).length > 0 ? { errno: "ENOTEMPTY" } : undefined;
  }

  /** A change of metadata that only the owner may make. */
  #change(path: string, who: Credentials, change: (live: LiveNode) => void): Ok | Errno {
    const node = this.#existing(path, who, true);
    if ("errno" in node) return node;
    if (who.uid !== 0 && who.uid !== node.uid) return { errno: "EPERM" };
    const live = this.space.promote(node);
    if (live === undefined) return { errno: "EPERM" };
    change(live);
    live.changeMs = this.#ports.nowMs();
    return OK;
  }
}

function refusal(node: Node, how: OpenHow, who: Credentials): Errno | undefined {
  if (node.kind === "directory" && how.write === true) return { errno: "EISDIR" };
  const wanted = (how.read === true ? 4 : 0) | (how.write === true ? 2 : 0);
  return permits(node, wanted, who) ? undefined : DENIED;
}

/** ext4 lists names in the order of a hash; the same at each listing. */
function inHashOrder(seed: string, names: readonly string[]): readonly string[] {
  const hashed = names.map((name) => ({ name, hash: hash32(`${seed} ${name}`) }));
  return hashed.sort((one, other) => one.hash - other.hash).map(({ name }) => name);
}
