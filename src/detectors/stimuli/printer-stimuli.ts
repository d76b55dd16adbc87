import type { Stimulus } from "./stimulus.ts";
import { quick, stimulusMaker } from "./stimulus-maker.ts";

/**
 * PJL on a raw printer port. Whatever is no PJL is paper there: so every text is wrapped in the universal exit language, and nothing that
 * is sent to every port should be sent to these.
 */
export const PAPER_PORTS: readonly number[] = [9100, 9101, 9102, 9103, 9104, 9105, 9106, 9107, 515];

const printer = stimulusMaker({ protocol: "printer", ports: [9100, 9101, 9102, 9103] });
const UEL = "\x1b%-12345X";

export const printerStimuli: readonly Stimulus[] = [
  printer("id", `${UEL}@PJL INFO ID\r\n${UEL}`, quick),
  printer("status", `${UEL}@PJL INFO STATUS\r\n${UEL}`),
  printer("page-count", `${UEL}@PJL INFO PAGECOUNT\r\n${UEL}`),
  printer("echo", `${UEL}@PJL ECHO q7wz-41b9\r\n${UEL}`, quick),
  printer("unknown", `${UEL}@PJL INFO XYZZY\r\n${UEL}`),
];
