import { flag, integer, list, type Of, object, optional, standard, text } from "../../../decoy/shape.ts";

/** The connection layer's part of a persona: how this product's channels behave. */
export const connectionPersona = object("Channels (RFC 4254)", {
  windowBytes: integer("Initial window that the server grants, bytes", 1, 0xffff_ffff),
  packetBytes: integer("Largest packet that the server takes, bytes", 1, 0xffff_ffff),
  hostkeysProof: flag("Announces its host keys after login (hostkeys-00@openssh.com)"),
  sftp: flag("Offers the sftp subsystem"),
  sftpExtensions: list(
    "Names and versions in the SFTP version answer, in order",
    object("An SFTP extension", { name: text("Name"), version: text("Version") }),
  ),
});

/** What the operator may set about channels. */
export const connectionOptions = object("Channels", {
  maxChannels: standard(integer("Channels open at once", 1, 1000), 10),
  captureBytes: optional(integer("Largest file that is kept whole, bytes", 0, 2 ** 40)),
});

export type ConnectionPersona = Of<typeof connectionPersona>;
export type ConnectionOptions = Of<typeof connectionOptions>;

export const connectionStandard: ConnectionOptions = { maxChannels: 10 };
