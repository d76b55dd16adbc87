import { parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { attempt, greeting, reportSaid } from "./attempt.ts";
import { fateText } from "./reach.ts";

/** telnet of inetutils or netkit, and busybox's. */
export const telnet: Program = {
  name: "telnet",
  *run(process) {
    const options = yield* parseOptions(process, { short: "4678EFKLX:ab:cde:fk:l:n:rx" });
    if (typeof options === "number") return options;
    const [host, port = "23"] = options.operands;
    if (host === undefined) return yield* prompt(process);
    const to = { host, port: Number(port) || 23 };
    return process.flavour === "busybox" ? yield* applet(process, to) : yield* client(process, to);
  },
};

interface Target {
  readonly host: string;
  readonly port: number;
}

function* applet(process: Process, to: Target): Execution {
  const { fate, address } = yield* attempt(process, { way: "telnet", ...to });
  if (fate === "unknown") return yield* process.fail(`bad address '${to.host}'`);
  if (fate !== "open") return yield* process.fail(`can't connect to remote host (${address}): ${fateText(fate)}`);
  return yield* talk(process, to, "\nEntering character mode\nEscape character is '^]'.\n\n");
}

function* client(process: Process, to: Target): Execution {
  const { fate, address } = yield* attempt(process, { way: "telnet", ...to });
  if (fate === "unknown")
    return yield* plain(
      process,
      `telnet: could not resolve ${to.host}/${to.port === 23 ? "telnet" : to.port}: Name or service not known\n`,
    );
  yield* process.print(`Trying ${address}...\n`);
  if (fate !== "open") return yield* plain(process, `telnet: Unable to connect to remote host: ${fateText(fate)}\n`);
  return yield* talk(process, to, `Connected to ${to.host}.\nEscape character is '^]'.\n`);
}

function* talk(process: Process, to: Target, head: string): Execution {
  yield* process.print(head + greeting(process, to.port));
  reportSaid(process, to, yield* process.readWithin(0, 10_000));
  return yield* plain(process, "Connection closed by foreign host.\n");
}

function* plain(process: Process, text: string): Execution {
  yield* process.write(2, text);
  return 1;
}

function* prompt(process: Process): Execution {
  if (process.flavour === "busybox") return yield* plain(process, "Usage: telnet [-a] [-l USER] HOST [PORT]\n");
  while (true) {
    yield* process.print("telnet> ");
    const line = yield* process.readLine(0);
    const [verb = ""] = (line ?? "quit").trim().split(/\s+/);
    if (verb === "" || "quit".startsWith(verb)) return 0;
    yield* process.print(verb === "open" ? "(to) usage: open host-name [port]\n" : "?Invalid command\n");
  }
}
