import type { DecoyDescription } from "../../decoy/decoy.ts";
import { type TelnetOptions, telnetOptions } from "./options.ts";
import { type TelnetPersona, telnetPersona } from "./persona.ts";

export const telnetDescription: DecoyDescription<TelnetOptions, TelnetPersona> = {
  name: "telnet",
  summary: "Telnet with a login and the emulated shell: what botnets such as Mirai look for.",
  transport: "tcp",
  standardPorts: [23],
  unprivilegedPorts: [2323],
  options: telnetOptions,
  persona: telnetPersona,
};
