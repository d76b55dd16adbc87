import type { Program } from "../../program.ts";
import { less } from "./less.ts";
import { more } from "./more.ts";
import { nano } from "./nano.ts";
import { viPrograms } from "./vi/vi.ts";

/** Pagers and editors: less, more, vi, nano. */
export const editorPrograms: readonly Program[] = [less, more, nano, ...viPrograms];
