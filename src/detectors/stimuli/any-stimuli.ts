import { createHash } from "node:crypto";
import { hear, type Stimulus, say } from "./stimulus.ts";
import { answer } from "./stimulus-maker.ts";

/**
 * What is said to a port whatever it speaks: nothing, line ends, one long line, bytes that mean nothing. A program that knows its protocol
 * answers each of them differently, or not at all; one that only looks like a service mostly answers all of them alike.
 */
const common = { protocol: "any", transport: "tcp", ports: [] } as const;

/** 64 bytes without meaning, the same in every run. None of them is a line end, and no protocol's first byte leads. */
const NOISE = createHash("sha512")
  .update("bytes that mean nothing, 4")
  .digest()
  .map((byte) => (byte === 10 || byte === 13 ? 0x93 : byte));

export const anyStimuli: readonly Stimulus[] = [
  { ...common, id: "null", sentTo: "every-port", steps: [hear(6000, 400)], quick: true },
  { ...common, id: "null.again", sentTo: "every-port", steps: [hear(3000, 300)], quick: false },
  { ...common, id: "lines.two", sentTo: "every-port", steps: [say("\r\n\r\n"), answer], quick: true },
  { ...common, id: "random.64", sentTo: "every-port", steps: [say(NOISE), answer], quick: true },
  { ...common, id: "lines.long", sentTo: "every-port", steps: [say(`${"a".repeat(8190)}\r\n`), answer], quick: false },
  { ...common, id: "lines.help", sentTo: "every-port", steps: [say("HELP\r\n"), answer], quick: false },
  { ...common, id: "half-close", sentTo: "every-port", steps: [{ halfClose: true }, answer], quick: false },
];
