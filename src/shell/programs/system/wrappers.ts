import { explain, isErrno } from "../../errno.ts";
import type { Execution, Process, Program } from "../../program.ts";

/** Programs that only change how another one runs: here it runs as ever. */
interface Wrapper {
  readonly name: string;
  /** Options of its own that take a value. */
  readonly values: string;
  /** Words before the command. */
  readonly words: number;
}

const WRAPPERS: readonly Wrapper[] = [
  { name: "setsid", values: "", words: 0 },
  { name: "ionice", values: "cn", words: 0 },
  { name: "taskset", values: "", words: 1 },
  { name: "chrt", values: "TPD", words: 1 },
  { name: "stdbuf", values: "ioe", words: 0 },
  { name: "unshare", values: "", words: 0 },
  { name: "setarch", values: "", words: 1 },
  { name: "time", values: "fo", words: 0 },
];

export const wrappers: readonly Program[] = WRAPPERS.map((wrapper) => ({ name: wrapper.name, run: (process) => wrap(process, wrapper) }));

function* wrap(process: Process, wrapper: Wrapper): Execution {
  const argv = process.args.slice(ownWords(process.args, wrapper));
  if (argv.length === 0) return yield* process.failUsage(wrapper.name === "setsid" ? "no command specified" : "bad usage");
  if (wrapper.name === "time") return yield* timed(process, argv);
  const done = yield* process.exec(argv);
  return typeof done === "number" ? done : yield* notFound(process, argv[0] ?? "", done);
}

/** How many words are not the command's. */
function ownWords(args: readonly string[], { values, words }: Wrapper): number {
  let at = 0;
  for (let arg = args[at]; arg !== undefined && /^-./.test(arg) && args[at - 1] !== "--"; arg = args[at]) {
    at += arg.length === 2 && values.includes(arg.charAt(1)) ? 2 : 1;
  }
  return at + words;
}

function* notFound(process: Process, command: string, why: Parameters<typeof explain>[0]): Execution {
  return yield* process.fail(`failed to execute ${command}: ${explain(why)}`, isErrno(why) && why.errno === "ENOENT" ? 127 : 126);
}

/** busybox's time. */
function* timed(process: Process, argv: readonly string[]): Execution {
  const fromMs = process.system.now().monotonicMs;
  const done = yield* process.runChild({ argv });
  if (typeof done !== "number") return yield* notFound(process, argv[0] ?? "", done);
  const seconds = (process.system.now().monotonicMs - fromMs) / 1000;
  const show = (value: number) => `${Math.floor(value / 60)}m ${(value % 60).toFixed(2)}s`;
  yield* process.write(2, `real\t${show(seconds)}\nuser\t${show(0)}\nsys\t${show(0)}\n`);
  return done;
}

/** chroot: into the root itself, or where a shell can be found. */
export const chroot: Program = {
  name: "chroot",
  *run(process) {
    const [root, ...argv] = process.args.filter((arg, at) => at > 0 || !arg.startsWith("-"));
    if (root === undefined) return yield* process.failUsage("missing operand", 125);
    if (process.credentials.uid !== 0)
      return yield* process.fail(`cannot change root directory to '${root}': Operation not permitted`, 125);
    if (isErrno(process.fs.stat(root)))
      return yield* process.fail(`cannot change root directory to '${root}': No such file or directory`, 125);
    const command = argv.length === 0 ? [process.environment.get("SHELL") ?? "/bin/sh", "-i"] : argv;
    const inside = process.fs.realPath(root) === "/" || !isErrno(process.fs.stat(`${root}${command[0]}`));
    const done = inside ? yield* process.exec(command) : { errno: "ENOENT" as const };
    return typeof done === "number" ? done : yield* process.fail(`failed to run command '${command[0]}': ${explain(done)}`, 127);
  },
};

/** reboot and its kin: the machine stays, the visitor's processes end, as they would. */
const POWER = ["reboot", "halt", "poweroff", "shutdown", "telinit"];

export const powerPrograms: readonly Program[] = POWER.map((name) => ({ name, run: power }));

function* power(process: Process): Execution {
  if (process.credentials.uid !== 0) {
    const text =
      process.flavour === "busybox"
        ? "reboot: Operation not permitted\n"
        : "Failed to set wall message, ignoring: Interactive authentication required.\nFailed to call Reboot in logind, no action will be taken: Interactive authentication required.\n";
    yield* process.write(2, text);
    return 1;
  }
  if (process.args.includes("-c")) return 0;
  if (process.name.endsWith("shutdown") && !process.args.includes("now")) {
    yield* process.write(2, "Shutdown scheduled, use 'shutdown -c' to cancel.\n");
    return 0;
  }
  yield* process.sleep(400);
  for (const { pid, terminal, session } of process.system.processes())
    if (pid !== process.pid && (terminal !== undefined || session === process.pid)) process.kill(pid, "HUP");
  return 0;
}

function answer(name: string, text: (process: Process) => string, status = 0): Program {
  return {
    name,
    *run(process) {
      yield* process.print(text(process));
      return status;
    },
  };
}

/** Programs that answer one question. */
export const answers: readonly Program[] = [
  answer("hostid", ({ system }) => `${system.seeded("hostid").toString(16).padStart(8, "0")}\n`),
  answer("runlevel", () => "N 5\n"),
  answer("nologin", () => "This account is currently not available.\n", 1),
  answer("swapon", () => ""),
  answer("swapoff", () => ""),
  answer("logger", () => ""),
  answer("wall", () => ""),
  answer(
    "renice",
    ({ args }) => `${args.at(-1) ?? "0"} (process ID) old priority 0, new priority ${args.find((arg) => /^[-+]?\d+$/.test(arg)) ?? "0"}\n`,
  ),
  answer("getenforce", () => "Enforcing\n"),
  answer(
    "sestatus",
    () => "SELinux status:                 enabled\nCurrent mode:                   enforcing\nLoaded policy name:             targeted\n",
  ),
  answer("systemd-detect-virt", () => "kvm\n"),
  answer("lsb_release", releaseText),
  answer("locale", localeText),
];

function releaseText(process: Process): string {
  const text = process.fs.readFile("/etc/os-release");
  const field = (name: string) => (typeof text === "string" ? new RegExp(`^${name}="?([^"\n]*)`, "m").exec(text)?.[1] : undefined) ?? "n/a";
  const all = `Distributor ID:\t${field("NAME").split(" ")[0]}\nDescription:\t${field("PRETTY_NAME")}\nRelease:\t${field("VERSION_ID")}\nCodename:\t${field("VERSION_CODENAME")}\n`;
  const letters = process.args.join("");
  if (letters.includes("s"))
    return `${field(letters.includes("d") ? "PRETTY_NAME" : letters.includes("r") ? "VERSION_ID" : letters.includes("c") ? "VERSION_CODENAME" : "NAME").split(" ")[0]}\n`;
  return `No LSB modules are available.\n${all}`;
}

const CATEGORIES = [
  "CTYPE",
  "NUMERIC",
  "TIME",
  "COLLATE",
  "MONETARY",
  "MESSAGES",
  "PAPER",
  "NAME",
  "ADDRESS",
  "TELEPHONE",
  "MEASUREMENT",
  "IDENTIFICATION",
];

function localeText({ environment, args }: Process): string {
  if (args.includes("-a")) return "C\nC.utf8\nen_US.utf8\nPOSIX\n";
  const lang = environment.get("LANG") ?? "";
  const all = environment.get("LC_ALL") ?? "";
  const shown = CATEGORIES.map((name) => `LC_${name}=${environment.get(`LC_${name}`) ?? `"${all || lang || "POSIX"}"`}\n`);
  return `LANG=${lang}\nLANGUAGE=${environment.get("LANGUAGE") ?? ""}\n${shown.join("")}LC_ALL=${all}\n`;
}

/** mesg: whether others may write to the terminal. */
export const mesg: Program = {
  name: "mesg",
  *run(process) {
    if (!process.isTerminal(0)) return yield* process.fail("ttyname failed: Inappropriate ioctl for device", 2);
    if (process.args.length > 0) return process.args[0] === "y" ? 0 : 1;
    yield* process.print(process.credentials.uid === 0 ? "is n\n" : "is y\n");
    return process.credentials.uid === 0 ? 1 : 0;
  },
};

/** pstree: names, children below their parents. */
export const pstree: Program = {
  name: "pstree",
  *run(process) {
    const all = process.system.processes().filter(({ command }) => !command.startsWith("["));
    const children = Map.groupBy(all, ({ parent }) => parent);
    const todo = (children.get(0) ?? []).map((info) => ({ info, depth: 0 })).reverse();
    const pids = process.args.some((arg) => /^-\w*p/.test(arg));
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const { info, depth } = next;
      yield* process.print(`${depth === 0 ? "" : `${"   ".repeat(depth)}|-`}${info.name}${pids ? `(${info.pid})` : ""}\n`);
      if (depth < 32) todo.push(...(children.get(info.pid) ?? []).map((child) => ({ info: child, depth: depth + 1 })).reverse());
    }
    return 0;
  },
};

/** whereis: where programs of a name lie. */
export const whereis: Program = {
  name: "whereis",
  *run(process) {
    for (const name of process.args.filter((arg) => !arg.startsWith("-"))) {
      const places = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/bin", "/sbin"]
        .map((folder) => `${folder}/${name}`)
        .filter((path) => !isErrno(process.fs.lstat(path)));
      const real = [...new Set(places.map((path) => process.fs.realPath(path)).filter((path) => typeof path === "string"))];
      const manual = `/usr/share/man/man1/${name}.1.gz`;
      yield* process.print(
        `${name}:${[...real, ...(isErrno(process.fs.stat(manual)) ? [] : [manual])].map((path) => ` ${path}`).join("")}\n`,
      );
    }
    return 0;
  },
};

/** usleep: microseconds. */
export const usleep: Program = {
  name: "usleep",
  *run(process) {
    yield* process.sleep(Math.min(Number(process.args[0] ?? 0) / 1000, 3_600_000) || 0);
    return 0;
  },
};
