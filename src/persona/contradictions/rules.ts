import { accountRules } from "./accounts.ts";
import { networkRules } from "./network.ts";
import { processRules } from "./processes.ts";
import type { Rule } from "./rule.ts";
import { sshRules } from "./ssh.ts";
import { storageRules } from "./storage.ts";
import { systemRules } from "./system.ts";
import { treeRules } from "./tree.ts";

/** All rules; their names are unique. */
export const rules: readonly Rule[] = [
  ...systemRules,
  ...accountRules,
  ...processRules,
  ...storageRules,
  ...networkRules,
  ...treeRules,
  ...sshRules,
];
