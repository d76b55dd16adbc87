export { type Compiled, compilePatterns } from "./compile.ts";
export { Interpreter } from "./interpret.ts";
export { loadPatterns, type PatternText, patternsFolder, readPatterns } from "./load.ts";
export { matches, matchPatterns } from "./match.ts";
export { type Circumstances, type Packet, readPacket } from "./packet.ts";
export type { Answer, Pattern, PatternSet, Reply } from "./pattern.ts";
export * from "./tables.ts";
