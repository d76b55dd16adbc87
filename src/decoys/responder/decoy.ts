import type { Decoy } from "../../decoy/decoy.ts";
import { responderDescription } from "./description.ts";
import type { ResponderOptions } from "./options.ts";
import { ResponderSession } from "./session.ts";

/** What `responderDescription` says, with the code that does it. */
export const responder: Decoy<ResponderOptions, Readonly<Record<string, unknown>>> = {
  ...responderDescription,
  open: (peer, { options }) => new ResponderSession(peer, options),
};
