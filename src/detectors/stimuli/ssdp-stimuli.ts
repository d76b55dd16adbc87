import type { Stimulus } from "./stimulus.ts";
import { quick, stimulusMaker } from "./stimulus-maker.ts";

/** UPnP's search (UDA §1.3.2), sent to the host alone. */
const ssdp = stimulusMaker({ protocol: "ssdp", ports: [1900], transport: "udp" });
const search = (target: string) =>
  `M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: ${target}\r\n\r\n`;

export const ssdpStimuli: readonly Stimulus[] = [
  ssdp("udp.root", search("upnp:rootdevice"), quick),
  ssdp("udp.nothing", search("urn:q7wz:device:Nothing:1"), quick),
];
