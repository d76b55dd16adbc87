import type { Stimulus } from "./stimulus.ts";
import { quick, stimulusMaker } from "./stimulus-maker.ts";

/** Elasticsearch over HTTP: its root, a list, and requests that it refuses with reasons of its own. */
const elasticsearch = stimulusMaker({ protocol: "elasticsearch", ports: [9200, 9201] });
const get = (path: string, method = "GET") => `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nConnection: close\r\n\r\n`;

export const elasticsearchStimuli: readonly Stimulus[] = [
  elasticsearch("root", get("/"), quick),
  elasticsearch("nodes", get("/_nodes")),
  elasticsearch("cluster", get("/_cluster/settings"), quick),
  elasticsearch("missing", get("/q7wz-no-such-index"), quick),
  elasticsearch("bad-parameter", get("/_search?xyzzy=1")),
  elasticsearch("bad-verb", get("/_cat/indices", "PATCH")),
];
