import { type Of, object, optional, standard, text } from "../../decoy/shape.ts";
import { admissionOptions, admissionStandard } from "../../shell/admission-options.ts";
import { connectionOptions, connectionStandard } from "./connection/settings.ts";

/** What the operator may set about the SSH decoy. */
export const sshOptions = object("SSH decoy", {
  admission: standard(admissionOptions, admissionStandard),
  banner: optional(text("Shown before the login (SSH_MSG_USERAUTH_BANNER)")),
  connection: standard(connectionOptions, connectionStandard),
});

export type SshOptions = Of<typeof sshOptions>;
