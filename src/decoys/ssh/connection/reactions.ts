import { OpenFailure } from "./messages.ts";

/**
 * How each family of servers reacts to what the protocol does not allow after login. Texts and order are facts about the products:
 * OpenSSH's were measured on 9.2p1; dropbear leaves without a word (`dropbear_exit`), and so does Twisted, whose handler raises.
 */
export interface Reactions {
  /** Text of the DISCONNECT for a message about a channel that does not exist; undefined: hang up without a word. */
  readonly unknownChannel: (message: UnknownChannelMessage, id: number) => string | undefined;
  /** How a channel type that it does not know is refused. */
  readonly unknownType: { readonly reason: number; readonly text: string };
  /** Text of the DISCONNECT when the visitor ignores the window; undefined: hang up without a word. */
  readonly windowIgnored: (id: number) => string | undefined;
  /** Explains refusals to listen by a DEBUG message. */
  readonly explains: boolean;
  /** Sends eow@openssh.com to visitors that are OpenSSH. */
  readonly sendsEow: boolean;
  /** Delivers signals to programs of root. */
  readonly signalsRoot: boolean;
  /** The window is granted when something runs, not when the session is opened. */
  readonly larvalSessions: boolean;
  /** Ends the connection at a message whose fields do not fit; otherwise the request fails. */
  readonly strictFields: boolean;
}

export type UnknownChannelMessage = "data" | "extended data" | "ieof" | "oclose" | "open confirmation" | "open failure" | "request";

const OPENSSH: Reactions = {
  unknownChannel: (message, id) =>
    message === "request" ? `server_input_channel_req: unknown channel ${id}` : `${message} packet referred to nonexistent channel ${id}`,
  unknownType: { reason: OpenFailure.connectFailed, text: "open failed" },
  windowIgnored: (id) => `channel ${id}: peer ignored channel window`,
  explains: true,
  sendsEow: true,
  signalsRoot: false,
  larvalSessions: true,
  strictFields: true,
};

const DROPBEAR: Reactions = {
  unknownChannel: () => undefined,
  unknownType: { reason: OpenFailure.unknownType, text: "" },
  windowIgnored: () => undefined,
  explains: false,
  sendsEow: false,
  signalsRoot: true,
  larvalSessions: false,
  strictFields: true,
};

const TWISTED: Reactions = {
  unknownChannel: () => undefined,
  unknownType: { reason: OpenFailure.unknownType, text: "unknown channel" },
  windowIgnored: () => undefined,
  explains: false,
  sendsEow: false,
  signalsRoot: true,
  larvalSessions: false,
  strictFields: true,
};

export const reactionsOf: Readonly<Record<"openssh" | "dropbear" | "twisted", Reactions>> = {
  openssh: OPENSSH,
  dropbear: DROPBEAR,
  twisted: TWISTED,
};
