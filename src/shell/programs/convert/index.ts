import type { Program } from "../../program.ts";
import { hd, hexdump } from "./hexdump.ts";
import { od } from "./od.ts";
import { strings } from "./strings.ts";
import { xxd } from "./xxd.ts";

/** Bytes in other shapes: od, hexdump, xxd, strings. */
export const convertPrograms: readonly Program[] = [hd, hexdump, od, strings, xxd];
