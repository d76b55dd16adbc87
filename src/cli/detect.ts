import { type Command, InvalidArgumentError, Option } from "commander";
import { configOption, jsonOption } from "./options.ts";

/** What is called when a command runs is loaded only then: the detectors are many files, and no other command needs them. */
export function addDetect(program: Command): void {
  const detect = program.command("detect").description("see your own host as honeypot and VM detectors see it");
  withAnswerOptions(detect.command("local").description("this host, as whoever runs this may look"))
    .option("--save <file>", "keep the view, to be compared or shown later")
    .action(async (options) => (await import("./detect/local.ts")).detectHere(options));
  withAnswerOptions(detect.command("remote <target>").description("a host of yours over the network: loopback, or listed under ownHosts"))
    .option("--ports <list>", "TCP ports, such as 22,80,8000-8100", portList)
    .option("--quick", "under 20 seconds; what was left out is named")
    .option("--no-trials", "try no proxy, relay or login")
    .option("--neighbour <address>", "a host of yours beside it, to compare round trips with")
    .option("--land", "send one LAND packet (private networks only)")
    .option("--save <file>", "keep the view, to be compared or shown later")
    .addOption(configOption())
    .action(async (target, options) => (await import("./detect/remote.ts")).detectThere(target, options));
  withAnswerOptions(detect.command("show <view...>").description("saved views, or output of the script: one report of all")).action(
    async (files, options) => (await import("./detect/views.ts")).showViews(files, options),
  );
  detect
    .command("compare <before> <after>")
    .description("what flipped between two views")
    .addOption(jsonOption())
    .action(async (before, after, options) => (await import("./detect/views.ts")).compareViews(before, after, options));
  detect
    .command("script")
    .description("print a POSIX script for hosts without Node; `detect show` reads what it prints")
    .action(async () => (await import("./detect/script.ts")).printScript());
}

function withAnswerOptions(command: Command): Command {
  return command
    .addOption(jsonOption())
    .option("--all", "every check, not only those that show something")
    .option("--report <file>", "write a report: .html, .md (with its picture beside it) or .svg")
    .addOption(
      new Option("--want <verdict>", "exit 0 when that is the verdict, 1 on the other, 3 when undecided").choices(["honeypot", "real"]),
    );
}

/** `22,80,8000-8100` as numbers, each once. */
function portList(text: string): readonly number[] {
  const ports = text.split(",").flatMap((part) => {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part.trim()) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (first === undefined || from < 1 || to > 65_535 || from > to)
      throw new InvalidArgumentError("Ports such as 22,80,8000-8100 are wanted.");
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
  return [...new Set(ports)];
}
