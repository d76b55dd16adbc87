import type { Execution, Process, ProcessInfo, Program } from "../../program.ts";
import { upText } from "../durations.ts";
import { formatTime, zoneOf } from "../time-format.ts";

/** Services by what runs them: systemd's view of the process table. */
interface Unit {
  readonly name: string;
  readonly text: string;
  readonly match: RegExp;
}

const unit = (name: string, text: string, match: RegExp): Unit => ({ name, text, match });
const UNITS: readonly Unit[] = [
  unit("cron", "Regular background program processing daemon", /\/cron\b|crond\b/),
  unit("crond", "Command Scheduler", /crond\b/),
  unit("dbus", "D-Bus System Message Bus", /dbus-(daemon|broker-launch)/),
  unit("getty@tty1", "Getty on tty1", /agetty/),
  unit("nginx", "A high performance web server and a reverse proxy server", /^nginx: master/),
  unit("rsyslog", "System Logging Service", /rsyslogd/),
  unit("ssh", "OpenBSD Secure Shell server", /sshd.*(listener|-D)|\/sshd$/),
  unit("sshd", "OpenSSH server daemon", /sshd.*(listener|-D)|\/sshd$/),
  unit("systemd-journald", "Journal Service", /journald/),
  unit("systemd-logind", "User Login Management", /logind/),
  unit("systemd-networkd", "Network Configuration", /networkd/),
  unit("systemd-resolved", "Network Name Resolution", /systemd-resolve/),
  unit("systemd-timesyncd", "Network Time Synchronization", /timesyncd/),
  unit("systemd-udevd", "Rule-based Manager for Device Events and Files", /udevd/),
  unit("NetworkManager", "Network Manager", /NetworkManager/),
  unit("chronyd", "NTP client/server", /chronyd/),
  unit("firewalld", "firewalld - dynamic firewall daemon", /firewalld/),
  unit("telnetd", "Telnet server", /telnetd/),
  unit("unattended-upgrades", "Unattended Upgrades Shutdown", /unattended-upgrade/),
];

function running(process: Process): readonly (Unit & { readonly main: ProcessInfo })[] {
  const seen = new Set<number>();
  const rocky = process.system.machine.distribution === "rocky";
  return UNITS.filter(({ name }) => (name === "sshd" || name === "crond") === rocky || !/^(sshd?|crond?)$/.test(name)).flatMap((one) => {
    const main = process.system
      .processes()
      .find((info) => one.match.test(info.command) && !info.command.startsWith("[") && !seen.has(info.pid));
    if (main === undefined) return [];
    seen.add(main.pid);
    return [{ ...one, main }];
  });
}

function found(process: Process, name: string) {
  const plain = name.replace(/\.service$/, "");
  return running(process).find((one) => one.name === plain || (plain === "sshd" && one.name === "ssh"));
}

/** systemctl: what runs is active; root's changes are taken and change nothing. */
export const systemctl: Program = {
  name: "systemctl",
  *run(process) {
    const words = process.args.filter((arg) => !arg.startsWith("-"));
    if (process.args.includes("--version"))
      return yield* print(process, `${process.system.machine.versions["systemctl"] ?? "systemd 252"}\n`);
    if (!process.system.processes().some(({ pid, command }) => pid === 1 && /systemd|\/sbin\/init/.test(command))) {
      yield* process.write(
        2,
        "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus: Host is down\n",
      );
      return 1;
    }
    const [verb = "list-units", ...names] = words;
    const act = VERBS[verb];
    if (act === undefined) {
      yield* process.write(2, `Unknown command verb ${verb}.\n`);
      return 1;
    }
    return yield* act(process, names, verb);
  },
};

function* print(process: Process, text: string, status = 0): Execution {
  yield* process.print(text);
  return status;
}

type Verb = (process: Process, names: readonly string[], verb: string) => Execution;

const VERBS: Readonly<Record<string, Verb>> = {
  "list-units": listUnits,
  "list-unit-files": listFiles,
  status,
  "is-active": ask,
  "is-enabled": ask,
  "is-failed": ask,
  "is-system-running": (process) => print(process, "running\n"),
  "daemon-reload": (process) => privileged(process, ["daemon"], "daemon-reload"),
  "get-default": (process) => print(process, "multi-user.target\n"),
  start: privileged,
  stop: privileged,
  restart: privileged,
  reload: privileged,
  enable: privileged,
  disable: privileged,
  mask: privileged,
  unmask: privileged,
  kill: privileged,
  poweroff: privileged,
  reboot: privileged,
};

function* listUnits(process: Process): Execution {
  const rows = running(process).map(({ name, text }) => [`${name}.service`, text] as const);
  const width = rows.reduce((most, [name]) => Math.max(most, name.length), 4);
  const lines = rows.map(([name, text]) => `  ${name.padEnd(width)} loaded active running ${text}\n`);
  return yield* print(
    process,
    `  ${"UNIT".padEnd(width)} LOAD   ACTIVE SUB     DESCRIPTION\n${lines.join("")}\nLOAD   = Reflects whether the unit definition was properly loaded.\nACTIVE = The high-level unit activation state, i.e. generalization of SUB.\nSUB    = The low-level unit activation state, values depend on unit type.\n${rows.length} loaded units listed.\n`,
  );
}

function* listFiles(process: Process): Execution {
  const rows = running(process).map(({ name }) => `${`${name}.service`.padEnd(42)} enabled         enabled\n`);
  return yield* print(process, `${"UNIT FILE".padEnd(42)} STATE           PRESET\n${rows.join("")}\n${rows.length} unit files listed.\n`);
}

function* ask(process: Process, names: readonly string[], verb: string): Execution {
  let result = 0;
  for (const name of names) {
    const here = found(process, name) !== undefined;
    result = Math.max(result, verb === "is-enabled" ? yield* tellEnabled(process, name, here) : yield* tellActive(process, here, verb));
  }
  return result;
}

function* tellActive(process: Process, here: boolean, verb: string): Execution {
  yield* process.print(here ? "active\n" : "inactive\n");
  if (verb === "is-failed") return 1;
  return here ? 0 : 3;
}

function* tellEnabled(process: Process, name: string, here: boolean): Execution {
  if (here) return yield* print(process, "enabled\n");
  yield* process.write(2, `Failed to get unit file state for ${name.replace(/(\.service)?$/, ".service")}: No such file or directory\n`);
  return 1;
}

function* privileged(process: Process, names: readonly string[], verb: string): Execution {
  for (const name of names) {
    const full = name.replace(/(\.\w+)?$/, (tail) => (tail === "" ? ".service" : tail));
    if (process.credentials.uid !== 0) {
      yield* process.write(
        2,
        `Failed to ${verb} ${full}: Interactive authentication required.\nSee system logs and 'systemctl status ${full}' for details.\n`,
      );
      return 1;
    }
    const exists =
      name === "daemon" ||
      found(process, name) !== undefined ||
      !("errno" in process.fs.stat(`/etc/systemd/system/${full}`)) ||
      !("errno" in process.fs.stat(`/lib/systemd/system/${full}`));
    if (exists) continue;
    yield* process.write(
      2,
      /able|mask/.test(verb)
        ? `Failed to ${verb} unit: Unit file ${full} does not exist.\n`
        : `Failed to ${verb} ${full}: Unit ${full} not ${verb === "stop" ? "loaded" : "found"}.\n`,
    );
    return 5;
  }
  return 0;
}

function* status(process: Process, names: readonly string[]): Execution {
  const [name] = names;
  if (name === undefined)
    return yield* print(process, `* ${process.system.machine.hostname}\n    State: running\n     Jobs: 0 queued\n   Failed: 0 units\n`);
  const one = found(process, name);
  if (one === undefined) {
    yield* process.write(2, `Unit ${name.replace(/(\.service)?$/, ".service")} could not be found.\n`);
    return 4;
  }
  const { main } = one;
  const { system } = process;
  const startedMs = system.now().wallMs - (system.uptimeSeconds() - main.startedSeconds) * 1000;
  const ago = upText(system.uptimeSeconds() - main.startedSeconds)
    .replace(/ +/g, " ")
    .replace(/, (\d+):(\d+)$/, " $1h");
  const since = formatTime("%a %Y-%m-%d %H:%M:%S %Z", startedMs, zoneOf(process));
  return yield* print(
    process,
    `* ${one.name}.service - ${one.text}\n     Loaded: loaded (/lib/systemd/system/${one.name}.service; enabled; preset: enabled)\n     Active: active (running) since ${since}; ${ago} ago\n   Main PID: ${main.pid} (${main.name})\n      Tasks: 1 (limit: ${2000 + (system.seeded("tasks") % 3000)})\n     Memory: ${(main.rssKib / 1024).toFixed(1)}M\n        CPU: ${main.cpuSeconds}.${system.seeded(one.name) % 1000}s\n     CGroup: /system.slice/${one.name}.service\n             \`-${main.pid} ${main.command.includes(": ") ? `"${main.command}"` : main.command}\n`,
  );
}

/** service: sysvinit's front end, over systemctl. */
export const service: Program = {
  name: "service",
  *run(process) {
    const [name, verb] = process.args;
    if (name === "--status-all")
      return yield* print(
        process,
        running(process)
          .map((one) => ` [ + ]  ${one.name}\n`)
          .join(""),
      );
    if (name === undefined || verb === undefined) {
      yield* process.write(2, "Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]\n");
      return 1;
    }
    if (verb === "status") return yield* status(process, [name]);
    if (found(process, name) !== undefined) return yield* privileged(process, [name], verb);
    yield* process.write(2, process.flavour === "busybox" ? `service "${name}" not found\n` : `${name}: unrecognized service\n`);
    return 1;
  },
};

/** journalctl: the system log, as far as it is kept. */
export const journalctl: Program = {
  name: "journalctl",
  *run(process) {
    const text = process.fs.readFile("/var/log/syslog");
    const log = typeof text === "string" ? text : process.fs.readFile("/var/log/messages");
    if (typeof log !== "string") return yield* print(process, "No journal files were found.\n-- No entries --\n", 0);
    const count = process.args.find((arg) => /^-n\d*$/.test(arg) || arg.startsWith("--lines"));
    const next = process.args[process.args.indexOf("-n") + 1];
    const most = count === undefined ? 1000 : Number(/\d+/.exec(count)?.[0] ?? (/^\d+$/.test(next ?? "") ? next : 10));
    const lines = log
      .split("\n")
      .filter((line) => line !== "")
      .slice(-most);
    return yield* print(process, lines.map((line) => `${line}\n`).join(""));
  },
};
