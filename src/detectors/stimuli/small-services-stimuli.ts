import { hear, type Stimulus } from "./stimulus.ts";
import { stimulusMaker } from "./stimulus-maker.ts";

/** Services of one line (RFC 862 to 868, 1413): echo, discard, day time, quote of the day, characters, time, who owns a connection. */
const echo = stimulusMaker({ protocol: "echo", ports: [7] });
const ident = stimulusMaker({ protocol: "ident", ports: [113] });
const daytime = stimulusMaker({ protocol: "daytime", ports: [13, 37] });

export const smallServicesStimuli: readonly Stimulus[] = [
  echo("marker", "q7wz-41b9 echo\r\n"),
  ident("query", "65000, 22\r\n"),
  ident("odd", "xyzzy\r\n"),
  daytime("now", [hear(2000, 300)]),
];
