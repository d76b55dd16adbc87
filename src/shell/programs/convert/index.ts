import type { Program } from "../../program.ts";
import { hd, hexdump } from "./hexdump.ts";
import { od } from "./od.ts";
import { strings } from "./strings.ts";
import { xxd } from "./xxd.ts";

/** Programs that turn bytes into other shapes of themselves. */
export const convertPrograms: readonly Program[] = [hd, hexdump, od, strings, xxd];
