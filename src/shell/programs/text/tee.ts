import { explain, isErrno } from "../../errno.ts";
import { parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { quoteInMessage } from "../quoting.ts";

export const tee: Program = {
  name: "tee",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "aip",
      long: { append: "a", "ignore-interrupts": "i", "output-error": "output-error?" },
    });
    if (typeof options === "number") return options;
    if (options.has("i")) process.onSignal("INT", "ignore");
    const append = options.has("a");
    const targets: Target[] = [];
    let status = 0;
    for (const path of options.operands) {
      const fd = process.open(path, { write: true, create: true, append, truncate: !append, way: "tee" });
      if (isErrno(fd)) status = yield* process.fail(`${quoteInMessage(path)}: ${explain(fd)}`);
      else targets.push({ fd, path });
    }
    for (let block = yield* process.read(0); block !== ""; block = yield* process.read(0)) {
      yield* process.print(block);
      for (const target of targets) status = Math.max(status, yield* writeTo(process, target, block));
    }
    for (const { fd } of targets) process.close(fd);
    return status;
  },
};

interface Target {
  readonly fd: number;
  readonly path: string;
}

function* writeTo(process: Process, { fd, path }: Target, block: string): Execution {
  const done = yield* process.write(fd, block);
  return isErrno(done) ? yield* process.fail(`${quoteInMessage(path)}: ${explain(done)}`) : 0;
}
