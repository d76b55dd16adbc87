import { parseOptions } from "../../options.ts";
import type { Process, Program } from "../../program.ts";
import { upText } from "../durations.ts";
import { formatTime, zoneOf } from "../time-format.ts";

/** How long the system has been up, and its load: the same as /proc/uptime and /proc/loadavg. */
export const uptime: Program = {
  name: "uptime",
  *run(process) {
    const options = yield* parseOptions(process, { short: "psVh", long: { pretty: "p", since: "s" } });
    if (typeof options === "number") return options;
    const seconds = process.system.uptimeSeconds();
    if (options.has("p")) yield* process.print(`up ${prettyText(seconds)}\n`);
    else if (options.has("s"))
      yield* process.print(`${formatTime("%F %T", process.system.now().wallMs - seconds * 1000, zoneOf(process))}\n`);
    else yield* process.print(`${uptimeLine(process)}\n`);
    return 0;
  },
};

/** ` 10:30:00 up 13 days,  7:25,  1 user,  load average: 0.02, 0.05, 0.01`, which w and top show too. */
export function uptimeLine(process: Process): string {
  const { system } = process;
  const time = formatTime("%H:%M:%S", system.now().wallMs, zoneOf(process));
  const load = system.loadAverage().map((value) => value.toFixed(2));
  const users = system.logins().length;
  const word = users === 1 || (users === 0 && process.flavour === "gnu") ? "user" : "users";
  return ` ${time} up ${upText(system.uptimeSeconds())},  ${users} ${word},  load average: ${load.join(", ")}`;
}

function prettyText(seconds: number): string {
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 604_800), "week"],
    [Math.floor(seconds / 86_400) % 7, "day"],
    [Math.floor(seconds / 3600) % 24, "hour"],
    [Math.floor(seconds / 60) % 60, "minute"],
  ];
  const shown = parts.filter(([count, unit]) => count > 0 || (unit === "minute" && seconds < 60));
  return shown.map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`).join(", ");
}
