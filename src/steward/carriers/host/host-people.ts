import type { Entry } from "../../../detectors/views/memory-files.ts";
import { bytesOf, isFile } from "../../../disguise/overlay/attributes.ts";
import type { CarrierHost } from "../../apply/carriage.ts";
import type { Change } from "../../ledger/change.ts";
import { isLink } from "./host-files.ts";

/**
 * Accounts for a whole host: real lines of /etc/passwd, behind those that are there. What must stay true: nobody can log in as one of them. So
 * each has no password and no shell, whatever the story's line says, and a number that no account has.
 */
export const PASSWD = "/etc/passwd";
const NO_LOGIN = "/usr/sbin/nologin";
/** useradd(8): numbers of ordinary accounts begin here, those of the system end below. */
const FIRST_ORDINARY = 1000;
const LAST = 59_999;

export interface PeopleCarried {
  readonly changes: readonly Change[];
  /** What the file reads then; undefined: nothing is added. */
  readonly text?: string;
  readonly names: readonly string[];
}

/** @param entry /etc/passwd as the story has it: the host's own, and lines behind it */
export function carryAccounts(entry: Entry | undefined, host: CarrierHost): PeopleCarried {
  const before = host.read(PASSWD);
  if (entry === undefined || before === undefined || !isFile(entry) || isLink(PASSWD, host)) return { changes: [], names: [] };
  const there = new Set(before.split("\n"));
  const added = Buffer.from(bytesOf(entry))
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "" && !there.has(line));
  const taken = new Set(before.split("\n").flatMap((line) => line.split(":").slice(2, 4).map(Number)));
  const lines = added.map((line) => withoutLogin(line, taken)).filter((line) => line !== undefined);
  if (lines.length === 0) return { changes: [], names: [] };
  const text = `${before.replace(/\n?$/, "\n")}${lines.join("\n")}\n`;
  return {
    changes: [{ kind: "file", path: PASSWD, contents: Buffer.from(text, "utf8").toString("base64") }],
    text,
    names: lines.map((line) => line.split(":", 1)[0] ?? ""),
  };
}

/** passwd(5): name, password (`*`: none fits), number, group, comment, home, shell. */
function withoutLogin(line: string, taken: Set<number>): string | undefined {
  const [name, , uid = "", , comment = "", home = "/nonexistent", , ...more] = line.split(":");
  const number = freeNumber(Number(uid), taken);
  if (name === undefined || !/^[a-z_][a-z0-9_-]{0,30}$/.test(name) || number === undefined || more.length > 0) return undefined;
  taken.add(number);
  return [name, "*", number, number, comment, home, NO_LOGIN].join(":");
}

function freeNumber(wanted: number, taken: ReadonlySet<number>): number | undefined {
  const first = wanted >= FIRST_ORDINARY ? FIRST_ORDINARY : 100;
  const last = wanted >= FIRST_ORDINARY ? LAST : FIRST_ORDINARY - 1;
  if (Number.isInteger(wanted) && wanted >= first && wanted <= last && !taken.has(wanted)) return wanted;
  for (let number = last === LAST ? first : last; number >= first && number <= last; number += last === LAST ? 1 : -1)
    if (!taken.has(number)) return number;
  return undefined;
}
