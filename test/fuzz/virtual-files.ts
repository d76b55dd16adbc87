import { Buffer } from "node:buffer";
import { baseTree } from "../../src/shell/files/base-tree.ts";
import { Namespace } from "../../src/shell/files/namespace.ts";
import { Quarantine } from "../../src/shell/files/quarantine.ts";
import { Quota } from "../../src/shell/files/quota.ts";
import { VirtualFileSystem } from "../../src/shell/files/virtual-file-system.ts";
import type { FakePeer } from "../../src/testkit/fake-peer.ts";

const MAX_BYTES = 1 << 16;
const MAX_ENTRIES = 100;

/** The file system of a visit, over the test persona's small tree, with little room. */
export function virtualFiles(peer: FakePeer): VirtualFileSystem {
  return new VirtualFileSystem(new Namespace(baseTree(peer.persona), new Map()), {
    persona: peer.persona,
    nowMs: () => peer.now().wallMs,
    random: (bytes) => Buffer.from(peer.random(bytes)).toString("latin1"),
    quarantine: new Quarantine(peer),
    quota: new Quota(MAX_BYTES, MAX_ENTRIES),
  });
}
