import type { DecoyDescription } from "../../decoy/decoy.ts";
import { type Of, object } from "../../shape/shape.ts";
import { type ResponderOptions, responderOptions } from "./options.ts";

const responderPersona = object("Nothing: what a responder says is the fingerprint's", {});
type ResponderPersona = Of<typeof responderPersona>;

export const responderDescription: DecoyDescription<ResponderOptions, ResponderPersona> = {
  name: "responder",
  summary: "Says what known honeypots say, at ports that nothing else uses: so that detectors take this host for one of them.",
  transport: "tcp",
  standardPorts: [],
  unprivilegedPorts: [],
  options: responderOptions,
  persona: responderPersona,
};
