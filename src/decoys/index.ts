import type { Decoy } from "../decoy/decoy.ts";

/** Every decoy that there is: one line each. */
export const decoys: readonly Decoy[] = [];
