import type { Machine } from "../../decoy/persona.ts";
import { at, textAt } from "../plain.ts";
import { type Facts, type Rule, unless } from "./rule.ts";

/** What runs, against what is installed and what answers. */
type Process = Machine["processes"][number];

export const processRules: readonly Rule[] = [
  {
    name: "process-program",
    holds: "each process's program is in the tree",
    find: (facts) =>
      facts.persona.machine.processes.flatMap((process, index) =>
        unless(hasProgram(process, facts), ["machine", "processes", index, "command"], `is no program in the tree: ${process.command}`),
      ),
  },
  {
    name: "process-owner",
    holds: "each process's owner has an account",
    find: ({ persona: { machine, users } }) =>
      machine.processes.flatMap(({ user }, index) =>
        unless(
          users.some(({ name }) => name === user),
          ["machine", "processes", index, "user"],
          `has no account: ${user}`,
        ),
      ),
  },
  {
    name: "process-order",
    holds: "pids rise, and none stands twice",
    find: ({ persona: { machine } }) =>
      machine.processes.flatMap(({ pid }, index) =>
        unless(
          index === 0 || pid > (machine.processes[index - 1]?.pid ?? 0),
          ["machine", "processes", index, "pid"],
          `is not above the one before: ${pid}`,
        ),
      ),
  },
  {
    name: "process-parent",
    holds: "each process's parent runs",
    find: ({ persona: { machine } }) =>
      machine.processes.flatMap(({ parent }, index) =>
        unless(
          parent === 0 || machine.processes.some(({ pid }) => pid === parent),
          ["machine", "processes", index, "parent"],
          `does not run: ${parent}`,
        ),
      ),
  },
  {
    name: "kernel-thread",
    holds: "kernel threads descend from kthreadd and use no memory, programs do",
    find: ({ persona: { machine } }) => {
      const kthreadd = machine.processes.find(({ command }) => command === "[kthreadd]")?.pid;
      return machine.processes.flatMap((process, index) => threadAgrees(process, kthreadd, ["machine", "processes", index]));
    },
  },
  {
    name: "processor-threads",
    holds: "each processor has its kernel threads",
    find: ({ persona: { machine } }) => {
      const threads = machine.processes.filter(({ command }) => /^\[ksoftirqd\/\d+\]$/.test(command)).length;
      return unless(
        threads === 0 || threads === machine.cpus,
        ["machine", "processes"],
        `have ${threads} of ksoftirqd for ${machine.cpus} processors`,
      );
    },
  },
  {
    name: "ssh-process",
    holds: "who answers on the SSH port runs",
    find: ({ persona }) => {
      const ssh = at(persona.services, "ssh");
      const program = textAt(ssh, "family") === "dropbear" ? "dropbear" : "sshd";
      return unless(
        ssh === undefined || runs(program, persona.machine),
        ["machine", "processes"],
        `do not have ${program}, which answers on the SSH port`,
      );
    },
  },
  {
    name: "telnet-process",
    holds: "who answers on the telnet port runs, or systemd waits there for it",
    find: ({ persona, tree }) => {
      const waits =
        runs("telnetd", persona.machine) ||
        runs("inetd", persona.machine) ||
        tree.resolve("/usr/lib/systemd/system/telnet.socket") !== undefined;
      const why = "have neither telnetd nor inetd, which answers on the telnet port";
      return unless(at(persona.services, "telnet") === undefined || waits, ["machine", "processes"], why);
    },
  },
  {
    name: "process-memory",
    holds: "no process holds more memory than all programs together use, and all fits",
    find: ({ persona: { machine } }) => [
      ...machine.processes.flatMap(({ rssKib, command }, index) =>
        unless(rssKib <= machine.memoryUsedKib, ["machine", "processes", index, "rssKib"], `is more than memoryUsedKib: ${command}`),
      ),
      ...machine.processes.flatMap(({ rssKib, virtualKib, command }, index) =>
        unless(rssKib <= virtualKib, ["machine", "processes", index, "virtualKib"], `is less than rssKib: ${command}`),
      ),
      ...unless(
        machine.memoryUsedKib + machine.memoryCacheKib <= machine.memoryKib,
        ["machine", "memoryKib"],
        "is less than what is used and cached",
      ),
    ],
  },
];

function runs(program: string, { processes }: Machine): boolean {
  return processes.some(({ command }) => command.split(/[\s:]/).some((word) => word === program || word.endsWith(`/${program}`)));
}

function threadAgrees({ command, parent, pid, rssKib }: Process, kthreadd: number | undefined, path: readonly (string | number)[]) {
  if (!command.startsWith("[")) return unless(rssKib > 0, [...path, "rssKib"], `is 0 for a program: ${command}`);
  return [
    ...unless(rssKib === 0, [...path, "rssKib"], `must be 0 for a kernel thread: ${command}`),
    ...unless(kthreadd === undefined || parent === kthreadd || pid === kthreadd, [...path, "parent"], `must be kthreadd: ${command}`),
  ];
}

/** `name: more` is what a program calls itself; a first word with a slash is a path; any other is looked up among the commands. */
function hasProgram({ command }: Process, { persona, tree }: Facts): boolean {
  if (command.startsWith("[") || command.startsWith("(")) return true;
  const first = command.split(" ")[0] ?? "";
  const word = first.replace(/^[-@]/, "").replace(/:$/, "");
  if (word.startsWith("/")) return tree.isProgram(word);
  const names = Object.keys(persona.commands);
  return names.includes(word) || (word === "init" && tree.isProgram("/sbin/init"));
}
