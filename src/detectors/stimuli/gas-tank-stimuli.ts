import type { Stimulus } from "./stimulus.ts";
import { quick, stimulusMaker } from "./stimulus-maker.ts";

/** Automatic tank gauges: SOH, a function code, line feed. Functions that begin with I only report. */
const gasTank = stimulusMaker({ protocol: "gas-tank", ports: [10001] });

export const gasTankStimuli: readonly Stimulus[] = [
  gasTank("inventory", "\x01I20100\n", quick),
  gasTank("inventory.again", "\x01I20100\n"),
  gasTank("unknown", "\x01I79900\n", quick),
  gasTank("no-start", "I20100\n"),
  gasTank("status", "\x01I20500\n"),
];
