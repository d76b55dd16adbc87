/**
 * Which program runs behind a session: the user's shell on the emulated system, the file transfer servers, or nothing.
 *
 * A command line is taken for `scp -t`, `scp -f` or sftp-server only when it is plain (words, quotes and backslashes, nothing that a shell
 * would expand or connect) and when the persona has that program: everything else belongs to the shell, which also knows how to fail.
 */
import { Buffer } from "node:buffer";
import type { Output, Running, System, TerminalRequest } from "../../../shell/system.ts";
import { type Account, accountOf } from "./account.ts";
import { plainWords } from "./plain-words.ts";
import type { ConnectionPorts } from "./ports.ts";
import { parseScpCommand } from "./scp/command.ts";
import { startScp } from "./scp/scp.ts";
import { SftpServer } from "./sftp/server.ts";

export interface LaunchRequest {
  readonly kind: "shell" | "exec" | "subsystem";
  /** The command, or the subsystem's name. */
  readonly command?: string;
  readonly terminal?: TerminalRequest;
  readonly environment: Readonly<Record<string, string>>;
}

/** A program that is about to start. */
export interface Launch {
  readonly kind: LaunchRequest["kind"];
  /** As the operator reads it. */
  readonly command: string | undefined;
  /** Whether what it says and hears is recorded: file transfers are not. */
  readonly recorded: boolean;
  /** `number`: its terminal's number in events. */
  start(output: Output, number: number): Running;
}

export interface LaunchPorts {
  readonly connection: ConnectionPorts;
  readonly user: string;
  /** The emulated machine, started when it is needed first. */
  system(): System;
}

export function findLaunch(request: LaunchRequest, ports: LaunchPorts): Launch | undefined {
  if (request.kind === "subsystem") return subsystem(request, ports);
  return (request.kind === "exec" ? transfer(request, ports) : undefined) ?? shell(request, ports);
}

function subsystem(request: LaunchRequest, ports: LaunchPorts): Launch | undefined {
  const offered = ports.connection.persona.connection.sftp && request.command === "sftp";
  return offered
    ? { kind: "subsystem", command: request.command, recorded: false, start: (output) => startSftp(ports, output) }
    : undefined;
}

function transfer(request: LaunchRequest, ports: LaunchPorts): Launch | undefined {
  const { command = "" } = request;
  const words = plainWords(command);
  const program = words?.[0];
  if (words === undefined || program === undefined) return undefined;
  const name = program.slice(program.lastIndexOf("/") + 1);
  if (name !== "scp" && name !== "sftp-server") return undefined;
  if (!exists(program, ports)) return undefined;
  const launch = { kind: request.kind, command, recorded: false };
  if (name === "sftp-server")
    return words.length === 1 ? { ...launch, start: (output) => startLogged(() => startSftp(ports, output)) } : undefined;
  const scp = parseScpCommand(words.slice(1));
  const { peer } = ports.connection;
  return (
    scp && {
      ...launch,
      start: (output) => startLogged(() => startScp(scp, { peer, fs: ports.system().fs, account: account(ports), output })),
    }
  );

  function startLogged(start: () => Running): Running {
    peer.observe({ kind: "command.input", fields: { line: Buffer.from(command, "latin1"), interactive: false } });
    return start();
  }
}

function shell(request: LaunchRequest, ports: LaunchPorts): Launch {
  const { peer } = ports.connection;
  return {
    kind: request.kind,
    command: request.command,
    recorded: true,
    start: (output, number) =>
      ports.system().start(
        {
          user: ports.user,
          via: "ssh",
          origin: peer.visitor,
          destination: peer.local,
          number,
          environment: request.environment,
          ...(request.command === undefined ? {} : { command: request.command }),
          ...(request.terminal === undefined ? {} : { terminal: request.terminal }),
        },
        output,
      ),
  };
}

/** A bare name is looked up among the persona's commands, a path in its file system. */
function exists(program: string, ports: LaunchPorts): boolean {
  if (!program.includes("/")) return Object.hasOwn(ports.connection.peer.persona.commands, program);
  const found = ports.system().fs.stat(program, account(ports).credentials);
  return !("errno" in found) && found.kind === "file";
}

function startSftp(ports: LaunchPorts, output: Output): Running {
  const { peer, persona } = ports.connection;
  return new SftpServer({ peer, fs: ports.system().fs, account: account(ports), extensions: persona.connection.sftpExtensions, output });
}

function account(ports: LaunchPorts): Account {
  return accountOf(ports.connection.peer.persona, ports.user);
}
