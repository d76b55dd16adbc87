import { Buffer } from "node:buffer";
import type { FileSystem } from "../../../../shell/file-system.ts";
import { baseTree } from "../../../../shell/files/base-tree.ts";
import { Namespace } from "../../../../shell/files/namespace.ts";
import { Quarantine } from "../../../../shell/files/quarantine.ts";
import { Quota } from "../../../../shell/files/quota.ts";
import { VirtualFileSystem } from "../../../../shell/files/virtual-file-system.ts";
import type { FakePeer } from "../../../../testkit/fake-peer.ts";

/** The real virtual file system over the test persona's tree, without a system around it. Closed files go to the peer's captures. */
export function testFileSystem(peer: FakePeer, maxBytes = 8 << 20): FileSystem {
  const space = new Namespace(baseTree(peer.persona), new Map());
  return new VirtualFileSystem(space, {
    persona: peer.persona,
    nowMs: () => peer.now().wallMs,
    random: (size) => Buffer.from(peer.random(size)).toString("latin1"),
    quota: new Quota(maxBytes, 1000),
    quarantine: new Quarantine(peer),
  });
}
