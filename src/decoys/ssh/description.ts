import type { DecoyDescription } from "../../decoy/decoy.ts";
import { type SshOptions, sshOptions } from "./options.ts";
import { type SshPersona, sshPersona } from "./persona.ts";

/** The SSH server of the persona: its announcements, its reactions, a login that gives way, and a shell behind it. */
export const sshDescription: DecoyDescription<SshOptions, SshPersona> = {
  name: "ssh",
  summary: "An SSH server: logins with weak passwords get a shell, files that are brought are kept, tunnels lead nowhere.",
  transport: "tcp",
  standardPorts: [22],
  unprivilegedPorts: [2222],
  options: sshOptions,
  persona: sshPersona,
};
