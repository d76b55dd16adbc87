import { powerCuts } from "./machine/power-cuts.ts";

powerCuts("second", 5);
