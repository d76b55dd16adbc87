import type { PortView } from "../../../views/remote-view.ts";
import { conversation, type Opinion, oddIf, portCheck, type RemoteCheck, textFrom } from "./opinions.ts";

/** How fast, how slow and how evenly a port answers. */
const firstByte = (port: PortView) => conversation(port, "null")?.turns.find(({ from }) => from === "them");

/** Milliseconds between what we said last and the first byte after it. */
function replyMs(port: PortView, stimulus: string): number | undefined {
  const turns = conversation(port, stimulus)?.turns ?? [];
  const last = turns.findLastIndex(({ from }) => from === "us");
  const [said, answered] = [turns[last], turns[last + 1]];
  return said === undefined || answered === undefined ? undefined : answered.atMs - said.atMs;
}

const SLOW_MS = 5_000;
const LOGIN_MS = 50;

/** Several bits of a greeting, each tiny, with long pauses between them. */
function drips(port: PortView): Opinion {
  const turns = port.exchanges
    .filter(({ stimulus }) => stimulus.startsWith("null"))
    .flatMap((one) => one.turns.filter(({ from }) => from === "them"));
  if (turns.length === 0) return undefined;
  const pauses = turns.slice(1).map(({ atMs }, index) => atMs - (turns[index]?.atMs ?? atMs));
  const slow = pauses.filter((pause) => pause >= 200).length;
  const small = turns.every(({ bytes }) => bytes.length <= 40);
  return oddIf(slow >= 3 && small, `${turns.length} pieces, ${slow} long pauses`);
}

/** Delays beyond the way there and back that hardly vary come from a timer. */
function even(port: PortView): Opinion {
  const roundTripMs = Math.min(...port.connectMs, 1_000);
  const delays = port.exchanges.flatMap(({ turns }) =>
    turns.flatMap((turn, index) => {
      const before = turns[index - 1];
      return turn.from === "them" && before?.from === "us" ? [turn.atMs - before.atMs - roundTripMs] : [];
    }),
  );
  if (delays.length < 8) return undefined;
  const mean = delays.reduce((sum, one) => sum + one, 0) / delays.length;
  const spread = Math.sqrt(delays.reduce((sum, one) => sum + (one - mean) ** 2, 0) / delays.length);
  return oddIf(mean >= 100 && spread / mean < 0.02, `${delays.length} answers after ${Math.round(mean)} ms, ±${spread.toFixed(1)}`);
}

export const tempoChecks: readonly RemoteCheck[] = [
  portCheck({
    id: "tempo.login.fast",
    family: "tempo",
    looksAt: "time until an FTP login fails",
    reason: "A wrong password is refused without the pause that real logins make.",
    ratio: 2,
    source: "public detectors: below 50 ms; vsftpd measured: 2.7 s",
    opinion: (port) => {
      const tookMs = replyMs(port, "ftp.pass-empty");
      const text = conversation(port, "ftp.pass-empty")?.turns.at(-1);
      if (tookMs === undefined || text === undefined || !/^530/m.test(Buffer.from(text.bytes).toString("latin1"))) return undefined;
      // A name that is refused by itself (anonymous only, TLS first) was never looked up.
      if (!/^331/m.test(textFrom(port, "ftp.pass-empty") ?? "")) return undefined;
      return oddIf(tookMs < LOGIN_MS, `${Math.round(tookMs)} ms`);
    },
  }),
  portCheck({
    id: "tempo.first-byte",
    family: "tarpit",
    looksAt: "time until a greeting begins",
    reason: "The greeting is held back for longer than any service needs, to keep its visitors.",
    ratio: 2,
    source: "endlessh; public detectors: above 5 s",
    opinion: (port) => {
      const turn = firstByte(port);
      return turn === undefined || port.transport === "udp" ? undefined : oddIf(turn.atMs > SLOW_MS, `${Math.round(turn.atMs)} ms`);
    },
  }),
  portCheck({
    id: "tempo.drip",
    family: "tarpit",
    looksAt: "pieces of a greeting",
    reason: "The greeting drips, a few bytes at a time with long pauses.",
    ratio: 20,
    source: "endlessh, OpenBSD spamd",
    opinion: drips,
  }),
  portCheck({
    id: "tempo.endless",
    family: "tarpit",
    looksAt: "greeting of an SSH port",
    reason: "Line after line comes before the identification, none of which is one.",
    ratio: 25,
    source: "endlessh; RFC 4253 §4.2",
    opinion: (port) => {
      const text = Buffer.concat((conversation(port, "null")?.turns ?? []).map(({ bytes }) => Buffer.from(bytes))).toString("latin1");
      if (text === "" || ![22, 222, 2022, 2222, 22222].includes(port.port)) return undefined;
      const lines = text.split("\n").filter((line) => line !== "");
      return oddIf(
        !/^SSH-/m.test(text) && lines.length >= 1 && lines.every((line) => line.trim().length <= 32) && !/[^\t\r\n\x20-\x7e]/.test(text),
        `${lines.length} lines`,
      );
    },
  }),
  portCheck({
    id: "tempo.even",
    family: "tempo",
    looksAt: "delays of all answers of a port",
    reason: "Every answer comes after the same delay, as only a timer makes it.",
    ratio: 6,
    source: "Dahbul, timing of honeyd",
    opinion: even,
  }),
];
