import type { Stimulus } from "./stimulus.ts";
import { everywhere, hex, quick, stimulusMaker } from "./stimulus-maker.ts";

/** PostgreSQL's start (protocol, "Message Formats"): a length, a version or a request code. No user is named. */
const postgres = stimulusMaker({ protocol: "postgres", ports: [5432, 5433] });

export const postgresStimuli: readonly Stimulus[] = [
  postgres("ssl", hex("00000008 04d2162f"), everywhere),
  postgres("gss", hex("00000008 04d21630")),
  postgres("version-9", hex("00000009 00090009 00"), quick),
  postgres("no-user", hex("00000009 00030000 00"), quick),
  postgres("bad-length", hex("7fffffff 00030000 00")),
];
