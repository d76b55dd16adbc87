import { heardText } from "../../views/exchanges.ts";
import type { Exchange, RemoteView } from "../../views/remote-view.ts";
import type { KnownVerdict } from "../known-detector.ts";

/** What a tool that looks at one port after the other finds there. */
export interface PortHit {
  readonly port: number;
  /** The tool's own words for it. */
  readonly says: string;
  readonly because: string;
}

/** Every conversation with an open TCP port that one of `stimuli` began, with the text of the answer (Latin-1, a character a byte). */
export function conversations(
  view: RemoteView,
  stimuli: readonly string[],
): readonly { readonly port: number; readonly exchange: Exchange; readonly text: string }[] {
  return view.ports
    .filter(({ transport, state }) => transport === "tcp" && state === "open")
    .flatMap(({ port, exchanges }) =>
      exchanges.filter(({ stimulus }) => stimuli.includes(stimulus)).map((exchange) => ({ port, exchange, text: heardText(exchange) })),
    );
}

/** The verdict of such a tool: `nothing` when it found nothing; what was never asked makes it unsure. */
export function verdictOf(
  hits: readonly PortHit[],
  { nothing, lacking }: { readonly nothing: string; readonly lacking: readonly string[] },
): KnownVerdict {
  if (hits.length === 0) return { says: nothing, sees: "nothing", because: [], lacking };
  const once = [...new Map(hits.map((hit) => [`${hit.port} ${hit.says}`, hit])).values()];
  return {
    says: once.map(({ port, says }) => `${port}: ${says}`).join("\n"),
    sees: "honeypot",
    because: once.map(({ port, because }) => `port ${port}: ${because}`),
    lacking,
  };
}

/** The stimuli among `wanted` that no open port was asked with; all of them when no port is open. */
export function neverAsked(view: RemoteView, wanted: readonly string[]): readonly string[] {
  const asked = new Set(view.ports.flatMap(({ exchanges }) => exchanges.map(({ stimulus }) => stimulus)));
  return wanted.filter((one) => !asked.has(one)).map((one) => `stimulus ${one}`);
}
