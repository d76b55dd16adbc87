import type { Stimulus } from "./stimulus.ts";
import { hex, quick, stimulusMaker } from "./stimulus-maker.ts";

/** Modbus/TCP: transaction, protocol 0, length, unit, function. Reading only, and a function that nobody has. */
const modbus = stimulusMaker({ protocol: "modbus", ports: [502] });

export const modbusStimuli: readonly Stimulus[] = [
  modbus("identity", hex("0a01 0000 0005 01 2b0e0100"), quick),
  modbus("unknown-function", hex("0a02 0000 0002 01 65"), quick),
  modbus("read", hex("0a03 0000 0006 01 03 0000 0001")),
  modbus("read-too-many", hex("0a04 0000 0006 01 03 0000 ffff")),
  modbus("odd-unit", hex("0a05 0000 0006 f6 03 0000 0001")),
  modbus("bad-protocol", hex("0a06 0007 0006 01 03 0000 0001")),
];
