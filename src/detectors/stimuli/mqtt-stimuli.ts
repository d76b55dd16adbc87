import type { Stimulus } from "./stimulus.ts";
import { everywhere, hex, quick, stimulusMaker } from "./stimulus-maker.ts";

/** MQTT CONNECT (§3.1): name of the protocol, its level, flags, keep-alive, [properties], client id. */
const mqtt = stimulusMaker({ protocol: "mqtt", ports: [1883, 8883] });

export const mqttStimuli: readonly Stimulus[] = [
  mqtt("v5", hex("1010 00044d515454 05 02 003c 03 210014 0000"), quick),
  mqtt("v3", hex("100c 00044d515454 04 02 003c 0000"), everywhere),
  mqtt("v9", hex("100c 00044d515454 09 02 003c 0000"), quick),
  mqtt("bad-name", hex("100c 000458595a5a 04 02 003c 0000")),
  mqtt("ping-first", hex("c000")),
];
