import { checkShape, choice, type Of, object, optional, type Shape, standard, text } from "../../shape/shape.ts";
import { admissionOptions } from "../../shell/admission-options.ts";
import { connectionOptions } from "./connection/settings.ts";

/** What the operator may set about the SSH decoy. */
export const sshOptions = object("SSH decoy", {
  admission: standardThroughout(admissionOptions),
  acceptKeys: standard(choice("Which public keys get in", ["none", "any"]), "none"),
  banner: optional(text("Shown before the login (SSH_MSG_USERAUTH_BANNER)")),
  connection: standardThroughout(connectionOptions),
});

export type SshOptions = Of<typeof sshOptions>;

/** A shape whose keys may all be missing, and so may it. */
function standardThroughout<T>(shape: Shape<T>): Shape<T> {
  const { value } = checkShape(shape, {});
  if (value === undefined) throw new TypeError(`${shape.summary}: not every key has a standard`);
  return standard(shape, value);
}
