import type { Configuration } from "../configuration.ts";
import { mixedConfigurations } from "./mixed.ts";
import { smallConfigurations } from "./small.ts";
import { sshConfigurations } from "./ssh.ts";
import { storeConfigurations } from "./stores.ts";
import { webConfigurations } from "./web.ts";

export const configurations: readonly Configuration[] = [
  ...sshConfigurations,
  ...webConfigurations,
  ...storeConfigurations,
  ...mixedConfigurations,
  ...smallConfigurations,
];
