import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { systemProgram } from "../../engine/network-programs.ts";
import { FollowedFile } from "./followed-file.ts";

/**
 * What this host writes of logins, line by line, for who may not read it: the journal where there is one, since it vouches for the writer, else
 * the files in which syslog keeps it. Nobody but the steward says which.
 */
export class AuthLogs implements Disposable {
  readonly #tell: (text: string, from: string) => void;
  #end: (() => void) | undefined;

  constructor(tell: (text: string, from: string) => void) {
    this.#tell = tell;
  }

  /** Follows them while somebody wants to hear. */
  want(isWanted: boolean): void {
    if (isWanted === (this.#end !== undefined)) return;
    if (isWanted) this.#end = authSource() === "journal" ? this.#followJournal() : this.#followFiles();
    else this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#end?.();
    this.#end = undefined;
  }

  #followFiles(): () => void {
    const files = FILES.map((path) => new FollowedFile(path, (line) => this.#tell(line, path)));
    const timer = setInterval(() => {
      for (const file of files) file.look();
    }, LOOK_MS);
    return () => {
      clearInterval(timer);
      for (const file of files) file[Symbol.dispose]();
    };
  }

  /** One that ended is begun anew, not too often. */
  #followJournal(): () => void {
    let again: NodeJS.Timeout | undefined;
    let child: ChildProcess | undefined;
    const begin = () => {
      child = this.#journal(() => {
        again = setTimeout(begin, AGAIN_MS);
      });
    };
    begin();
    return () => {
      clearTimeout(again);
      child?.removeAllListeners("close");
      child?.kill();
    };
  }

  #journal(onEnd: () => void): ChildProcess {
    const child = spawn(systemProgram("journalctl") ?? "journalctl", JOURNAL, { stdio: ["ignore", "pipe", "ignore"], env: {} });
    child.on("error", () => undefined);
    child.once("close", onEnd);
    createInterface({ input: child.stdout }).on("line", (line) => this.#tell(line.slice(0, MOST_LINE), "journal"));
    return child;
  }
}

/** Debian's and Red Hat's. */
const FILES = ["/var/log/auth.log", "/var/log/secure"] as const;
/** It is there while journald runs (systemd-journald.service(8)). */
const JOURNALS_SOCKET = "/run/systemd/journal/socket";
/** The facilities auth and authpriv (RFC 5424 §6.2.1). */
const JOURNAL = [
  "--follow",
  "--lines=0",
  "--quiet",
  "--output=json",
  "--output-fields=MESSAGE,SYSLOG_IDENTIFIER,_UID,_COMM",
  "SYSLOG_FACILITY=4",
  "SYSLOG_FACILITY=10",
];
const LOOK_MS = 200;
const AGAIN_MS = 5000;
const MOST_LINE = 8192;

/** Where this host writes of logins: the journal, a file, or nowhere that the steward knows of. */
export function authSource(): "journal" | "none" | (typeof FILES)[number] {
  if (systemProgram("journalctl") !== undefined && existsSync(JOURNALS_SOCKET)) return "journal";
  return FILES.find((path) => existsSync(path)) ?? "none";
}
