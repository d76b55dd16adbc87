import type { Running } from "../../../../shell/system.ts";
import type { ScpCommand } from "./command.ts";
import { Sink } from "./sink.ts";
import { Source } from "./source.ts";
import { type ScpPorts, Transfer } from "./transfer.ts";

/** Starts the far end of a copy, as `scp -t` or `scp -f` would run. */
export function startScp(command: ScpCommand, ports: ScpPorts): Running {
  const transfer = new Transfer(command, ports);
  return command.role === "sink" ? new Sink(transfer).start() : new Source(transfer).start();
}
