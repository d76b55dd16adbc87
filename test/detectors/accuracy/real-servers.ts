import { configurations } from "./configurations/index.ts";
import { startRealHost } from "./real-host.ts";
import type { Subject } from "./subject.ts";

/** Real servers of Debian: none of them may be called a honeypot. */
export const realServers: readonly Subject[] = configurations.map((configuration) => ({
  name: configuration.name,
  group: "real server",
  want: "real",
  trials: configuration.trials ?? false,
  measured: configuration.measured ?? false,
  open: (ground) => startRealHost(configuration, ground),
}));
