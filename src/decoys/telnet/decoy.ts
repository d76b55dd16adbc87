import type { Decoy } from "../../decoy/decoy.ts";
import { telnetDescription } from "./description.ts";
import type { TelnetOptions } from "./options.ts";
import type { TelnetPersona } from "./persona.ts";
import { TelnetSession } from "./session.ts";

/** What `telnetDescription` says, with the code that does it. */
export const telnet: Decoy<TelnetOptions, TelnetPersona> = {
  ...telnetDescription,
  open: (peer, settings) => new TelnetSession(peer, settings),
};
