import type { Decoy } from "../../decoy/decoy.ts";
import { type TelnetOptions, telnetOptions } from "./options.ts";
import { type TelnetPersona, telnetPersona } from "./persona.ts";
import { TelnetSession } from "./session.ts";

export const telnet: Decoy<TelnetOptions, TelnetPersona> = {
  name: "telnet",
  summary: "Telnet with a login and the emulated shell: what botnets such as Mirai look for.",
  transport: "tcp",
  standardPorts: [23],
  unprivilegedPorts: [2323],
  options: telnetOptions,
  persona: telnetPersona,
  open: (peer, settings) => new TelnetSession(peer, settings),
};
