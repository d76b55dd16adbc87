import type { Persona } from "../decoy/persona.ts";
import { hash32 } from "./seed.ts";
import type { StartRequest } from "./system.ts";

/** A login before this visit's: when, and from where. */
export interface EarlierLogin {
  readonly wallMs: number;
  readonly from: string;
}

/**
 * When a user last logged in before any visitor did: drawn from the seed, some days back, from the host's own network.
 * The same for `last`, `lastlog` and the line after login.
 */
export function earlierLogin(persona: Persona, user: string, nowMs: number): EarlierLogin {
  const day = Math.floor(nowMs / DAY_MS);
  const draw = hash32(`${persona.seed} last ${user}`);
  const wallMs = Math.max(persona.machine.installedWallMs, (day - 1 - (draw % 5)) * DAY_MS + (draw % (DAY_MS / 2)) + DAY_MS / 4);
  const network = persona.machine.gateway.replace(/\.\d+$/, "");
  return { wallMs, from: `${network}.${2 + (hash32(`${persona.seed} admin`) % 200)}` };
}

const DAY_MS = 86_400_000;
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** As ctime(3) in the machine's zone (`UTC+1`: an hour ahead). */
export function loginTime(persona: Persona, wallMs: number): string {
  const offset = /([-+]\d+(?:\.\d+)?)$/.exec(persona.machine.timezone)?.[1];
  const date = new Date(wallMs + Number(offset ?? 0) * 3_600_000);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = String(date.getUTCDate()).padStart(2);
  return `${DAYS[date.getUTCDay()] ?? ""} ${MONTHS[date.getUTCMonth()] ?? ""} ${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} ${date.getUTCFullYear()}`;
}

/** What sshd or login prints before the shell starts: message of the day, last login. `read` gives a file's text. */
export function loginMessages(
  persona: Persona,
  request: StartRequest,
  ports: { readonly read: (path: string) => string; readonly nowMs: number; readonly earlier: EarlierLogin | undefined },
): string {
  const { machine } = persona;
  if (machine.shell === "ash") return request.via === "telnet" ? "" : ports.read("/etc/motd");
  const earlier = ports.earlier ?? earlierLogin(persona, request.user, ports.nowMs);
  const kernel = `Linux ${machine.hostname} ${machine.kernelRelease} ${machine.kernelVersion} ${machine.architecture}\n`;
  const dynamic = ports.read("/run/motd.dynamic");
  const motd = (dynamic === "" && machine.distribution === "debian" ? kernel : dynamic) + ports.read("/etc/motd");
  const last = `Last login: ${loginTime(persona, earlier.wallMs)} from ${earlier.from}${request.via === "telnet" ? " on pts/0" : ""}\n`;
  const ownOrder = machine.distribution === "rocky" || request.via === "telnet";
  return ownOrder ? last + motd : motd + last;
}
