import { type Answered, installedDetectors } from "../../../src/disguise/verify/installed-detectors.ts";

/** The detectors of the guest's Debian, asked by a script of sh(1); what the script printed reads in the words in which predictions are written. */
const NOT_THERE = ["ansible", "ohai", "systemd-detect-virt (257)"];
const DETECTORS = installedDetectors.filter(({ id }) => !NOT_THERE.includes(id));
const MARK = "\u0001";

/** Also the paper's own sequence, whose answer is no detector's but the port's: `version ...`. */
export const PORT = "port 5658h";

/** Each command's status, standard output and standard error. */
export const LOOK = [
  ...DETECTORS.flatMap(({ id, commands }) => commands.map((command) => asked(id, command.join(" ")))),
  asked(PORT, "ask version"),
].join("\n");

function asked(id: string, command: string): string {
  return `error=/dev/shm/look.$$; printf '${MARK}%s\\n' '${id}'; ${command} 2>$error; printf '${MARK}%s\\n' $?; cat $error; rm -f $error`;
}

/** What each said, by its id. */
export function saidIn(output: string): Readonly<Record<string, string>> {
  const answers = new Map<string, Answered[]>();
  const parts = output.split(MARK).slice(1);
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [id = "", out] = headed(parts[at] ?? "");
    const [status = "", err] = headed(parts[at + 1] ?? "");
    answers.set(id, [...(answers.get(id) ?? []), { status: Number(status), out, err }]);
  }
  const said = DETECTORS.map(({ id, read }): [string, string] => [id, read(answers.get(id) ?? []) ?? "no answer"]);
  return Object.fromEntries([...said, [PORT, answers.get(PORT)?.[0]?.out.trim() ?? "no answer"]]);
}

function headed(text: string): readonly [first: string, rest: string] {
  const end = text.indexOf("\n");
  return [text.slice(0, end), text.slice(end + 1)];
}
