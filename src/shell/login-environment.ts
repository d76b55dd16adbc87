import type { Persona } from "../decoy/persona.ts";
import type { StartRequest } from "./system.ts";

/** The environment that sshd or login gives to the user's shell. */
export function loginEnvironment(
  request: StartRequest,
  user: { readonly name: string; readonly home: string; readonly shell: string; readonly uid: number },
  persona: Persona,
): Map<string, string> {
  const { origin, destination, via } = request;
  const { locale, shell: kind } = persona.machine;
  const small = kind === "ash";
  const path =
    user.uid === 0 || small
      ? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
      : "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games";
  const environment = new Map<string, string>([
    ["USER", user.name],
    ["LOGNAME", user.name],
    ["HOME", user.home],
    ["PATH", small ? "/usr/sbin:/usr/bin:/sbin:/bin" : path],
    ["SHELL", user.shell],
  ]);
  if (!small) environment.set("MAIL", `/var/mail/${user.name}`);
  if (locale !== "" && !small) environment.set("LANG", locale);
  if (request.terminal !== undefined) environment.set("TERM", request.terminal.type === "" ? "dumb" : request.terminal.type);
  if (via === "ssh") {
    environment.set("SSH_CLIENT", `${origin.address} ${origin.port} ${destination.port}`);
    environment.set("SSH_CONNECTION", `${origin.address} ${origin.port} ${destination.address} ${destination.port}`);
  }
  for (const [name, value] of Object.entries(request.environment ?? {})) environment.set(name, value);
  return environment;
}
