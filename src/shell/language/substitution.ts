import { explain, isErrno } from "../errno.ts";
import type { Description } from "../kernel/description.ts";
import { openAndWait } from "../kernel/open-description.ts";
import type { Execution } from "../program.ts";
import { expandText } from "./expand.ts";
import { forkShell, waitForeground } from "./pipeline.ts";
import { type Shell, ShellProblem } from "./shell.ts";
import type { Script } from "./syntax.ts";

/** $(...) and `...`: commands run in a subshell whose output becomes text. */

const MAX_OUTPUT_BYTES = 1 << 20;

export function* substitute(shell: Shell, script: Script | string): Execution<string> {
  const file = typeof script === "string" ? undefined : readOnly(script);
  if (file !== undefined && shell.dialect === "bash") return yield* readFile(shell, file);
  const pipe = shell.process.computer.pipe();
  const writer = pipe.writer().retain();
  const reader = pipe.reader().retain();
  const task = yield* forkShell(shell, (child) => body(child, script), { output: writer });
  writer.release();
  const output = yield* drain(shell, reader);
  reader.release();
  shell.substitutionStatus = yield* waitForeground(shell, [task], "");
  return output.replaceAll("\0", "").replace(/\n+$/, "");
}

function* body(child: Shell, script: Script | string): Execution {
  child.loopDepth = 0;
  if (!child.options.has("posix") && child.dialect === "bash" && !child.shopts.has("inherit_errexit")) child.options.delete("e");
  if (typeof script === "string") return yield* child.ports.runText(child, script);
  const [only] = script.items;
  child.lastCommand = script.items.length === 1 && only?.node.type === "simple" && !only.background;
  return yield* child.ports.runScript(child, script);
}

function* drain(shell: Shell, reader: Description): Execution<string> {
  let output = "";
  while (true) {
    const got = reader.read(65_536, shell.process.task);
    if (got === "") return output;
    if (typeof got !== "string") {
      if ("errno" in got) return output;
      yield { on: "queues", queues: [got.until] };
      continue;
    }
    output += got;
    yield* shell.process.charge(1 + (got.length >> 7));
    if (output.length > MAX_OUTPUT_BYTES) throw new ShellProblem("xrealloc: cannot allocate 1048576 bytes", { status: 2, fatal: true });
  }
}

/** $(<file) */
function readOnly(script: Script) {
  const [only] = script.items;
  const node = only?.node;
  if (
    script.items.length !== 1 ||
    node?.type !== "simple" ||
    node.words.length > 0 ||
    node.assignments.length > 0 ||
    node.redirects.length !== 1
  )
    return undefined;
  const [redirect] = node.redirects;
  return redirect?.operator === "<" ? redirect.target : undefined;
}

function* readFile(shell: Shell, target: NonNullable<ReturnType<typeof readOnly>>): Execution<string> {
  const path = yield* expandText(shell, target);
  const description = yield* openAndWait(shell.process.computer, shell.process.task, {
    path: shell.process.absolute(path),
    how: { read: true },
  });
  if (isErrno(description)) {
    yield* shell.complain(`${path}: ${explain(description)}`);
    shell.substitutionStatus = 1;
    return "";
  }
  const held = description.retain();
  const output = yield* drain(shell, held);
  held.release();
  shell.substitutionStatus = 0;
  return output.replaceAll("\0", "").replace(/\n+$/, "");
}

/** <(...) and >(...): the other end of a pipe, under a name that can be opened until the command has ended. */
export function* processSubstitution(shell: Shell, direction: "<" | ">", script: Script): Execution<string> {
  const { computer, task } = shell.process;
  const pipe = computer.pipe();
  let fd = 63;
  while (task.descriptors.get(fd) !== undefined) fd -= 1;
  const ours = direction === "<" ? pipe.reader() : pipe.writer();
  const theirs = (direction === "<" ? pipe.writer() : pipe.reader()).retain();
  yield* forkShell(shell, (child) => body(child, script), direction === "<" ? { output: theirs } : { input: theirs });
  theirs.release();
  task.descriptors.set(fd, ours);
  shell.substitutionFds.push(fd);
  return `/dev/fd/${fd}`;
}
