import { bootSystem } from "../../../shell/boot.ts";
import type { Connection, ConnectionPorts } from "./ports.ts";
import { SshConnection } from "./ssh-connection.ts";

/** Opens the connection layer (RFC 4254) after a login as `user`, on the emulated system. */
export function openConnection(ports: ConnectionPorts, user: string): Connection {
  return new SshConnection(ports, user, bootSystem);
}
