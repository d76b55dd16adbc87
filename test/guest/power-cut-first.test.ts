import { powerCuts } from "./machine/power-cuts.ts";

powerCuts("first", 2);
