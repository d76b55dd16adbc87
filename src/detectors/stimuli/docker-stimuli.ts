import type { Stimulus } from "./stimulus.ts";
import { quick, stimulusMaker } from "./stimulus-maker.ts";

/** Docker's API: only what reads. */
const docker = stimulusMaker({ protocol: "docker", ports: [2375, 2376, 4243] });
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;

export const dockerStimuli: readonly Stimulus[] = [
  docker("ping", get("/_ping"), quick),
  docker("version", get("/version"), quick),
  docker("missing", get("/xyzzy")),
  docker("too-old", get("/v0.1/version")),
  docker("missing-container", get("/containers/q7wz/json")),
];
