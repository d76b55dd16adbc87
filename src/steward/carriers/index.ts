import type { Carriers } from "../apply/carriers.ts";

/** Who brings a plan into which scope. */
export const carriersFor: Carriers = () => [];
