import type { Exchange, PortView, RemoteView } from "./remote-view.ts";

/** Ways to look something up in a remote view. */

/** All that they said in an exchange. */
export function heard({ turns }: Exchange): Uint8Array {
  return Buffer.concat(turns.filter(({ from }) => from === "them").map(({ bytes }) => bytes));
}

/** The same as text, a character a byte. */
export function heardText(exchange: Exchange): string {
  return Buffer.from(heard(exchange)).toString("latin1");
}

export function openPorts(view: RemoteView, transport: "tcp" | "udp" = "tcp"): readonly PortView[] {
  return view.ports.filter((port) => port.state === "open" && port.transport === transport);
}

/** Every answer to a stimulus, with the port that gave it. */
export function answersTo(view: RemoteView, stimulus: string): readonly { readonly port: PortView; readonly exchange: Exchange }[] {
  return view.ports.flatMap((port) => port.exchanges.filter((one) => one.stimulus === stimulus).map((exchange) => ({ port, exchange })));
}
