import type { Execution, Process, Program } from "../../program.ts";
import { attempt } from "./attempt.ts";
import { fateText } from "./reach.ts";

/** ftp: the client of netkit, at its prompt; it never gets anywhere. */
export const ftp: Program = {
  name: "ftp",
  *run(process) {
    const [host, port = "21"] = process.args.filter((arg) => !arg.startsWith("-"));
    if (host !== undefined) yield* open(process, host, port);
    while (true) {
      yield* process.print("ftp> ");
      const line = yield* process.readLine(0);
      const [verb = "", ...words] = (line ?? "bye").trim().split(/\s+/);
      if (/^(bye|quit|exit)$/.test(verb)) return 0;
      yield* command(process, verb, words);
    }
  },
};

function* command(process: Process, verb: string, [host, port = "21"]: readonly string[]): Execution<void> {
  if (verb === "open" && host !== undefined) yield* open(process, host, port);
  else if (/^(get|put|ls|dir|cd|user|mget|mput|recv|send|pwd)$/.test(verb)) yield* process.print("Not connected.\n");
  else if (verb !== "" && !/^(bin|binary|ascii|prompt|passive|hash|verbose)$/.test(verb)) yield* process.print("?Invalid command\n");
}

function* open(process: Process, host: string, port: string): Execution<void> {
  const { fate } = yield* attempt(process, { way: "ftp", host, port: Number(port) || 21 });
  const why =
    fate === "unknown" ? `${host}: Name or service not known` : `connect: ${fate === "open" ? "Connection refused" : fateText(fate)}`;
  yield* process.write(2, `ftp: ${why}\n`);
}
