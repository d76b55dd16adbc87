import type { Evidence } from "./evidence.ts";
import { parseAddress } from "./source.ts";

/**
 * Logins out of what sshd, login and sudo write into the journal or to syslog.
 *
 * What must stay true: names are chosen by strangers, and stand in the middle of a line, so a name such as `root from 192.0.2.1 port 22 ssh2` must
 * not be read as an address. sshd writes the address behind the name: the last one of the line counts. login writes it before the name: the first
 * one counts. A name with spaces is never that of an accepted login.
 */
export interface LoginRecord {
  readonly service: "sshd" | "login" | "sudo";
  readonly accepted: boolean;
  /** As it stands there, at most 256 characters. */
  readonly user: string;
  /** The address; undefined for the console, and where the log has a name instead. */
  readonly source: string | undefined;
  /** How many tries the line stands for. */
  readonly times: number;
  /** The system vouches for the writer: any local user can write such a line to syslog, but not under root's number to the journal. */
  readonly verified: boolean;
}

const MAX_LINE = 4096;
/** `Jan  5 10:00:00 host sshd[123]: ` or `2026-01-05T10:00:00.123456+00:00 host sshd[123]: `, perhaps with a priority before it (RFC 3164, RFC 5424 without structure). */
const SYSLOG =
  /^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)) \S+ (?<program>[\w./-]{1,64})(?:\[\d{1,10}\])?: (?<message>.*)$/;

/** One line of /var/log/auth.log or the like. @returns undefined where it says nothing of a login */
export function parseAuthLine(line: string): LoginRecord | undefined {
  if (line.length > MAX_LINE) return undefined;
  const { program, message } = SYSLOG.exec(line)?.groups ?? {};
  return program === undefined || message === undefined ? undefined : parseMessage(program, message, false);
}

/** One entry of `journalctl -o json`. Fields that begin with `_` are written by the journal itself: only root's processes are believed. */
export function parseJournalEntry(entry: Readonly<Record<string, unknown>>): LoginRecord | undefined {
  const { SYSLOG_IDENTIFIER: program, MESSAGE: message, _UID: uid, _COMM: command } = entry;
  if (typeof program !== "string" || typeof message !== "string" || message.length > MAX_LINE) return undefined;
  const verified = uid === "0" && typeof command === "string" && WRITERS[command] === WRITERS[program] && WRITERS[command] !== undefined;
  return parseMessage(program, message, verified);
}

/**
 * What an entry of the journal says of a source: a login, or the end of a session that it had. Undefined: nothing, or of nobody elsewhere.
 *
 * A session's end makes its source known, which spares it: so it counts only where the system vouches for the writer.
 */
export function journalEvidence(entry: Readonly<Record<string, unknown>>): Evidence | undefined {
  const record = parseJournalEntry(entry);
  if (record !== undefined) return authEvidence(record);
  const { SYSLOG_IDENTIFIER: program, MESSAGE: message, _UID: uid, _COMM: command } = entry;
  if (typeof message !== "string" || message.length > MAX_LINE || uid !== "0") return undefined;
  const isSshd = [program, command].every((name) => typeof name === "string" && WRITERS[name] === "sshd");
  const source = isSshd ? ENDED.exec(message)?.groups?.["host"] : undefined;
  if (source === undefined || parseAddress(source) === undefined) return undefined;
  return { source, proof: "log", deed: { kind: "session", service: "sshd" } };
}

/** What a line of a log file says of a source. */
export function lineEvidence(line: string): Evidence | undefined {
  const record = parseAuthLine(line);
  return record === undefined ? undefined : authEvidence(record);
}

/** The programs that write of each service, by their names. */
const WRITERS: Readonly<Record<string, LoginRecord["service"]>> = {
  sshd: "sshd",
  "sshd-session": "sshd",
  "sshd-auth": "sshd",
  login: "login",
  sudo: "sudo",
};

function parseMessage(program: string, message: string, verified: boolean): LoginRecord | undefined {
  const service = WRITERS[program];
  if (service === undefined) return undefined;
  const found = { sshd: parseSshd, login: parseLogin, sudo: parseSudo }[service](message);
  if (found === undefined) return undefined;
  const { host, user } = found;
  const source = host !== undefined && parseAddress(host) !== undefined ? host : undefined;
  return { service, accepted: found.accepted, user: user.slice(0, 256), source, times: found.times ?? 1, verified };
}

interface Found {
  readonly accepted: boolean;
  readonly user: string;
  readonly host: string | undefined;
  readonly times?: number;
}

/*
 * sshd(8), auth_log(); what pam_unix writes besides says the same again:
 *   Accepted publickey for NAME from ADDRESS port N ssh2[: KEY]
 *   Failed password for [invalid user ]NAME from ADDRESS port N ssh2
 *   error: maximum authentication attempts exceeded for [invalid user ]NAME from ADDRESS port N ssh2 [preauth]
 *   Disconnected from user NAME ADDRESS port N          (of who was logged in; others are "authenticating" or "invalid")
 */
const ENDED = /^Disconnected from user [^\s]{1,256} (?<host>[0-9a-fA-F.:]{2,45}(?:%\w+)?) port \d{1,5}$/;
const ACCEPTED =
  /^Accepted [\w/-]{1,64} for (?<user>[^\s]{1,256}) from (?<host>[0-9a-fA-F.:]{2,45}(?:%\w+)?) port \d{1,5}(?: ssh2)?(?::.*)?$/;
const FAILED =
  /^Failed (?<method>[\w/-]{1,64}) for (?:invalid user )?(?<user>.*) from (?<host>[0-9a-fA-F.:]{2,45}(?:%\w+)?) port \d{1,5}(?: ssh2)?(?:: [A-Z0-9-]+ SHA256:[\w+/=]+)?$/;
const EXCEEDED =
  /^error: maximum authentication attempts exceeded for (?:invalid user )?(?<user>.*) from (?<host>[0-9a-fA-F.:]{2,45}(?:%\w+)?) port \d{1,5}(?: ssh2)?(?: \[preauth\])?$/;

/** Clients ask without a password what there is, and offer every key that they have: that is no guessing. */
const NO_GUESSES: ReadonlySet<string> = new Set(["none", "publickey"]);

function parseSshd(message: string): Found | undefined {
  const accepted = ACCEPTED.exec(message)?.groups;
  if (accepted !== undefined) return { accepted: true, user: accepted["user"] ?? "", host: accepted["host"] };
  const failed = FAILED.exec(message)?.groups ?? EXCEEDED.exec(message)?.groups;
  if (failed !== undefined)
    return NO_GUESSES.has(failed["method"] ?? "") ? undefined : { accepted: false, user: failed["user"] ?? "", host: failed["host"] };
  return undefined;
}

/*
 * login(1) of util-linux and of shadow:
 *   FAILED LOGIN N FROM HOST FOR NAME, WHY              FAILED LOGIN (N) on 'TTY' from 'HOST' FOR 'NAME', WHY
 *   LOGIN ON TTY BY NAME FROM HOST                      ROOT LOGIN ON TTY FROM HOST
 */
const LOGIN_FAILED =
  /^FAILED LOGIN (?:SESSION )?\(?\d{1,6}\)? (?:on '[^']{0,64}' )?from '?(?<host>[^\s']{1,255})'? FOR '?(?<user>.*?)'?, [^,]*$/i;
const LOGIN_ON = /^(?:ROOT )?LOGIN ON \S{1,64}(?: BY (?<user>[^\s]{1,256}))?(?: FROM (?<host>\S{1,255}))?$/;

function parseLogin(message: string): Found | undefined {
  const failed = LOGIN_FAILED.exec(message)?.groups;
  if (failed !== undefined) return { accepted: false, user: failed["user"] ?? "", host: failed["host"] };
  const accepted = LOGIN_ON.exec(message)?.groups;
  return accepted === undefined ? undefined : { accepted: true, user: accepted["user"] ?? "root", host: accepted["host"] };
}

/*
 * sudo(8), which knows no address:
 *   NAME : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls        NAME : 3 incorrect password attempts ; TTY=...
 */
const SUDO = /^ *(?<user>[^\s:]{1,256}) : (?:(?<times>\d{1,3}) incorrect password attempts? ; )?(?:TTY=\S+ ; )?PWD=/;

function parseSudo(message: string): Found | undefined {
  const found = SUDO.exec(message)?.groups;
  if (found === undefined) return undefined;
  const times = found["times"];
  return {
    accepted: times === undefined,
    user: found["user"] ?? "",
    host: undefined,
    ...(times === undefined ? {} : { times: Number(times) }),
  };
}

/** What a login says of its source; undefined where it has none. */
export function authEvidence({ service, accepted, user, source, times, verified }: LoginRecord): Evidence | undefined {
  return source === undefined ? undefined : { source, proof: "log", deed: { kind: "login", service, user, accepted, times, verified } };
}
