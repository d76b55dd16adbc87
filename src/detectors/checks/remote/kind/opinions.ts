import type { Check, Judgement } from "../../../check.ts";
import { clean, shown, unknown } from "../../../check.ts";
import { heard } from "../../../views/exchanges.ts";
import type { Exchange, PortView, RemoteView } from "../../../views/remote-view.ts";

/**
 * How a check of many ports comes to one judgement: each port that has something to say is odd or fine; one odd port shows the sign, fine
 * ones alone are clean, and where no port had anything to say the answer is unknown.
 */
export type Opinion = { readonly odd: string; readonly ratio?: number } | { readonly fine: string } | undefined;

export const odd = (what: string, ratio?: number): Opinion => ({ odd: what, ...(ratio === undefined ? {} : { ratio }) });
export const fine = (what: string): Opinion => ({ fine: what });
/** Odd when so, else fine. */
export const oddIf = (so: boolean, what: string): Opinion => (so ? odd(what) : fine(what));

export type RemoteCheck = Check<RemoteView>;

/** A check that asks every open port for its opinion. */
export interface PortCheck extends Omit<RemoteCheck, "judge" | "side" | "class"> {
  readonly class?: RemoteCheck["class"];
  readonly opinion: (port: PortView, view: RemoteView) => Opinion;
}

export function portCheck({ opinion, ...rest }: PortCheck): RemoteCheck {
  return { class: "kind", side: "remote", ...rest, judge: (view) => judgePorts(view, opinion, rest.looksAt) };
}

/** A check of the host as a whole; `undefined` from it is unknown. */
export function hostCheck({
  opinion,
  ...rest
}: Omit<RemoteCheck, "judge" | "side" | "class"> & {
  readonly class?: RemoteCheck["class"];
  readonly opinion: (view: RemoteView) => Opinion;
}): RemoteCheck {
  return {
    class: "kind",
    side: "remote",
    ...rest,
    judge: (view) => asJudgement(opinion(view), { where: "", others: "", why: `nothing to see of: ${rest.looksAt}` }),
  };
}

function judgePorts(view: RemoteView, opinion: PortCheck["opinion"], looksAt: string): Judgement {
  const opinions = view.ports
    .filter(({ state }) => state === "open")
    .map((port) => ({ port: `${port.transport === "udp" ? "udp " : ""}${port.port}`, said: opinion(port, view) }));
  const strange = opinions.filter(({ said }) => said !== undefined && "odd" in said);
  const decisive = strange[0] ?? opinions.find(({ said }) => said !== undefined);
  const others = strange.length > 1 ? ` (and ${strange.length - 1} more)` : "";
  return asJudgement(decisive?.said, {
    where: `port ${decisive?.port}: `,
    others,
    why: `no open port was asked, or none answered: ${looksAt}`,
  });
}

interface Sentence {
  readonly where: string;
  readonly others: string;
  readonly why: string;
}

function asJudgement(opinion: Opinion, { where, others, why }: Sentence): Judgement {
  if (opinion === undefined) return unknown(why);
  return "odd" in opinion ? shown(`${where}${brief(opinion.odd)}${others}`, opinion.ratio) : clean(`${where}${brief(opinion.fine)}`);
}

const MOST_SEEN = 200;

function brief(text: string): string {
  return text.length <= MOST_SEEN ? text : `${text.slice(0, MOST_SEEN)}...`;
}

/** What OpenSSH says instead of its greeting to connections that are too many (MaxStartups) or unwanted (PerSourcePenalties). */
const SHED = ["Exceeded MaxStartups\r\n", "Not allowed at this time\r\n"];

/** The connection was refused, by the system or with a word: nothing was asked. */
function isRefused(exchange: Exchange): boolean {
  return exchange.ended === "refused" || SHED.includes(Buffer.from(heard(exchange).subarray(0, 32)).toString("latin1"));
}

/** The conversation that a stimulus began on this port; refused connections are none. The one that heard most, where there are several. */
export function conversation(port: PortView, stimulus: string): Exchange | undefined {
  const all = port.exchanges.filter((one) => one.stimulus === stimulus && !isRefused(one));
  return all.reduce<Exchange | undefined>(
    (best, one) => (best === undefined || heard(one).length > heard(best).length ? one : best),
    undefined,
  );
}

const MOST_LOOKED_AT = 131_072;

export function bytesOf(port: PortView, stimulus: string): Uint8Array | undefined {
  const exchange = conversation(port, stimulus);
  return exchange === undefined ? undefined : heard(exchange).subarray(0, MOST_LOOKED_AT);
}

/** What was heard, a character a byte. */
export function textFrom(port: PortView, stimulus: string): string | undefined {
  const bytes = bytesOf(port, stimulus);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString("latin1");
}

/** What a server that speaks first says of itself. */
export function greetingOf(port: PortView): string | undefined {
  return textFrom(port, "null") ?? textFrom(port, "null.again");
}

/** The lines behind the greeting's, for protocols whose server speaks first. */
export function replyLines(port: PortView, stimulus: string): readonly string[] | undefined {
  const exchange = conversation(port, stimulus);
  if (exchange === undefined) return undefined;
  const said = exchange.turns.findIndex(({ from }) => from === "us");
  if (said < 0) return undefined;
  const text = Buffer.concat(exchange.turns.slice(said).flatMap(({ from, bytes }) => (from === "them" ? [bytes] : []))).toString("latin1");
  return text
    .slice(0, MOST_LOOKED_AT)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replace(/\r$/, ""));
}
