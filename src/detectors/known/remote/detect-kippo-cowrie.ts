import type { RemoteView } from "../../views/remote-view.ts";
import type { KnownDetector } from "../known-detector.ts";
import { conversations, neverAsked, type PortHit, verdictOf } from "./answers.ts";

/**
 * The published script for Kippo and Cowrie: three odd messages to a server whose banner is OpenSSH's; two of three answers decide.
 * It reads one packet, which usually is all that the server says.
 */
const ODD: readonly { readonly asked: string; readonly words: readonly string[] }[] = [
  { asked: "ssh.bad-version", words: ["bad version"] },
  { asked: "ssh.spacer", words: ["corrupt", "mismatch"] },
  { asked: "ssh.double-banner", words: ["corrupt", "mismatch"] },
];

export const detectKippoCowrie: KnownDetector<RemoteView> = {
  id: "detect-kippo-cowrie",
  title: "detectKippoCowrie, three odd messages",
  version: "2018",
  source: "blazeinfosec/detect-kippo-cowrie",
  runAs: "anyone",
  judge: (view) =>
    verdictOf(hits(view), {
      nothing: "is not a honeypot",
      lacking: neverAsked(
        view,
        ODD.map(({ asked }) => asked),
      ),
    }),
};

function hits(view: RemoteView): readonly PortHit[] {
  return [...scores(view)]
    .filter(([, { score }]) => score >= 2)
    .map(([port, { score, because }]) => ({
      port,
      says: `definitely a Kippo/Cowrie honeypot (score ${score})`,
      because: because.join(", "),
    }));
}

function scores(view: RemoteView): ReadonlyMap<number, { readonly score: number; readonly because: readonly string[] }> {
  const found = new Map<number, { score: number; because: readonly string[] }>();
  for (const { asked, words } of ODD) {
    for (const { port, text } of conversations(view, [asked])) {
      const word = text.startsWith("SSH-2.0-OpenSSH_") ? words.find((one) => afterBanner(text).includes(one)) : undefined;
      const before = found.get(port) ?? { score: 0, because: [] };
      if (word !== undefined) found.set(port, { score: before.score + 1, because: [...before.because, `"${word}" after ${asked}`] });
    }
  }
  return found;
}

function afterBanner(text: string): string {
  return text.slice(text.indexOf("\n") + 1);
}
