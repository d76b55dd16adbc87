import { type Stimulus, say } from "./stimulus.ts";
import { answer, everywhere, hex, quick, stimulusMaker } from "./stimulus-maker.ts";

/** Redis (RESP): only what reads, and what cannot be a command. */
const redis = stimulusMaker({ protocol: "redis", ports: [6379, 6380, 26379] });

export const redisStimuli: readonly Stimulus[] = [
  redis("ping", "*1\r\n$4\r\nPING\r\n", { ...everywhere, quick: true }),
  redis("quit", [say("QUIT"), answer], quick),
  redis("quit-line", "QUIT\r\n"),
  redis("bogus", "[[,[[\r\n", quick),
  redis("unknown", "*3\r\n$5\r\nXYZZY\r\n$1\r\na\r\n$2\r\nbc\r\n", quick),
  redis("info", "*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n", quick),
  redis("echo", "*2\r\n$4\r\nECHO\r\n$8\r\nq7wz-41b\r\n"),
  redis("arity", "*1\r\n$4\r\nECHO\r\n"),
  redis("bad-count", "*1048577999\r\n"),
  redis("bad-length", "*1\r\n$-7\r\n"),
  redis("no-dollar", "*1\r\nPING\r\n"),
  redis("quotes", 'ECHO "unbalanced\r\n'),
  redis("pipeline", "PING\r\nECHO q7\r\nPING\r\n"),
  redis("binary", hex("2a310d0a24340d0a00ff01fe0d0a")),
];
