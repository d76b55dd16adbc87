import { object, type Of, optional, text } from "../../decoy/shape.ts";
import { admissionOptions } from "../../shell/admission-options.ts";
import { connectionOptions } from "./connection/settings.ts";

/** What the operator may set about the SSH decoy. */
export const sshOptions = object("SSH decoy", {
  admission: admissionOptions,
  banner: optional(text("Shown before the login (SSH_MSG_USERAUTH_BANNER)")),
  connection: connectionOptions,
});

export type SshOptions = Of<typeof sshOptions>;
