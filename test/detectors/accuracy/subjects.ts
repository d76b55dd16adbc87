import { decoys } from "./decoys.ts";
import { knownHoneypots } from "./known-honeypots.ts";
import { realServers } from "./real-servers.ts";
import type { Subject } from "./subject.ts";

/** The whole labelled set. */
export const subjects: readonly Subject[] = [...decoys, ...knownHoneypots, ...realServers];
