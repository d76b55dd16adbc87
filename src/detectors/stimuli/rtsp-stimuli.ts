import type { Stimulus } from "./stimulus.ts";
import { everywhere, stimulusMaker } from "./stimulus-maker.ts";

/** RTSP (RFC 2326, 7826). */
const rtsp = stimulusMaker({ protocol: "rtsp", ports: [554, 8554, 10554] });

export const rtspStimuli: readonly Stimulus[] = [
  rtsp("options", "OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\n", everywhere),
  rtsp("describe", "DESCRIBE rtsp://localhost/ RTSP/1.0\r\nCSeq: 8\r\n\r\n"),
  rtsp("describe.again", "DESCRIBE rtsp://localhost/ RTSP/1.0\r\nCSeq: 9\r\n\r\n"),
  rtsp("odd-method", "XYZZY * RTSP/1.0\r\nCSeq: 10\r\n\r\n"),
  rtsp("bad-version", "OPTIONS * RTSP/9.9\r\nCSeq: 11\r\n\r\n"),
];
