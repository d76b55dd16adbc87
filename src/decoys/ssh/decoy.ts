import type { Decoy } from "../../decoy/decoy.ts";
import { sshDescription } from "./description.ts";
import type { SshOptions } from "./options.ts";
import type { SshPersona } from "./persona.ts";
import { SshSession } from "./session.ts";

/** What `sshDescription` says, with the code that does it. */
export const ssh: Decoy<SshOptions, SshPersona> = {
  ...sshDescription,
  open: (peer, settings) => new SshSession(peer, settings),
};
