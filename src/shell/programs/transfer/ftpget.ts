import type { Execution, Process, Program } from "../../program.ts";
import { connect, fateText } from "../network/reach.ts";
import { resolve } from "../network/resolver.ts";
import { busyboxUsage, optionsOr } from "../usage.ts";
import { reportDownload } from "./url.ts";

const LONG = { continue: "c", verbose: "v", username: "u", password: "p", port: "P" };
const OPTIONS_TEXT = "\t-v\tVerbose\n\t-u USER\tUsername\n\t-p PASS\tPassword\n\t-P PORT";

/** busybox's ftpget and ftpput: one connection, and it fails. */
export const ftpget: Program = { name: "ftpget", run: (process) => transfer(process, "get") };
export const ftpput: Program = { name: "ftpput", run: (process) => transfer(process, "put") };

function* transfer(process: Process, way: "get" | "put"): Execution {
  const usage =
    way === "get"
      ? busyboxUsage(
          process,
          "ftpget [OPTIONS] HOST [LOCAL_FILE] REMOTE_FILE",
          `Download a file via FTP\n\n\t-c\tContinue previous transfer\n${OPTIONS_TEXT}`,
        )
      : busyboxUsage(process, "ftpput [OPTIONS] HOST [REMOTE_FILE] LOCAL_FILE", `Upload a file to a FTP server\n\n${OPTIONS_TEXT}`);
  const options = yield* optionsOr(process, { short: way === "get" ? "cvu:p:P:" : "vu:p:P:", long: LONG }, usage);
  if (typeof options === "number") return options;
  const [host, first, second] = options.operands;
  if (host === undefined || first === undefined) {
    yield* process.write(2, usage);
    return 1;
  }
  const remote = way === "get" ? (second ?? first) : first;
  const port = Number(options.value("P") ?? 21);
  const user = options.value("u");
  reportDownload(process, `ftp://${user === undefined ? "" : `${user}@`}${host}${port === 21 ? "" : `:${port}`}/${remote}`, `ftp${way}`);
  const found = yield* resolve(process, host);
  if (found === undefined) return yield* process.fail(`bad address '${host}'`);
  const fate = yield* connect(process, { host, address: found.address, port });
  if (fate !== "open") return yield* process.fail(`can't connect to remote host (${found.address}): ${fateText(fate)}`);
  return yield* process.fail("unexpected server response to (null): 500 Unknown command");
}
