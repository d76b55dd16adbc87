import type { Errno, OpenHow } from "../file-system.ts";
import type { Execution } from "../program.ts";
import type { Computer } from "./computer.ts";
import { type Description, FileDescription } from "./description.ts";
import type { Task } from "./task.ts";

/** open(2) for a process: beside files it knows terminals, fifos and the process's own descriptors, which the file system cannot. */
export function openDescription(
  computer: Computer,
  task: Task,
  want: { readonly path: string; readonly how: OpenHow },
): Description | Errno {
  const { how } = want;
  const open = descriptorAt(computer, task, want.path);
  if (open !== undefined && "errno" in open) return open;
  if (open !== undefined) {
    const again = open.again(how, task.credentials);
    if (again !== undefined) return again;
    // A pseudo file or a device: by its path. What has none is shared.
    return open.label.startsWith("/") && open.terminal === undefined ? openDescription(computer, task, { path: open.label, how }) : open;
  }
  const special = openSpecial(computer, task, want);
  if (special !== undefined) return special;
  const mode = (how.mode ?? 0o666) & ~task.umask;
  const file = computer.fs.open(want.path, { ...how, mode }, task.credentials);
  if ("errno" in file) return file;
  const path = computer.fs.realPath(want.path, task.credentials);
  const way = { read: how.read === true, write: how.write === true, append: how.append === true };
  return new FileDescription(typeof path === "string" ? path : want.path, file, way);
}

/** The rest of open(2), for those who can wait: an end of a fifo comes back when the other end is there. */
export function* openAndWait(
  computer: Computer,
  task: Task,
  want: { readonly path: string; readonly how: OpenHow },
): Execution<Description | Errno> {
  const description = openDescription(computer, task, want);
  if ("errno" in description || description.opening === undefined) return description;
  // Held meanwhile, so that who is killed here lets go of it.
  description.retain();
  let opened = false;
  try {
    for (let { opening } = description; opening !== undefined; { opening } = description) yield { on: "queues", queues: [opening] };
    opened = true;
    return description;
  } finally {
    if (opened) description.handOver();
    else description.release();
  }
}

const STANDARD = ["in", "out", "err"];

/** What /dev/stdin, /dev/fd/N and /proc/PID/fd/N lead to; undefined: the path is none of these, or of a process that is not of this visit. */
function descriptorAt(computer: Computer, task: Task, path: string): Description | Errno | undefined {
  const [, standard, own, pid, theirs] =
    /^\/(?:dev\/(?:std(in|out|err)|fd\/(\d+))|proc\/(self|thread-self|\d+)\/fd\/(\d+))$/.exec(path) ?? [];
  const fd = standard === undefined ? (own ?? theirs) : STANDARD.indexOf(standard);
  if (fd === undefined) return undefined;
  const owner = pid === undefined || pid.endsWith("self") ? task : computer.kernel.task(Number(pid));
  if (owner === undefined) return undefined;
  if (owner !== task && computer.kernel.mayKill(task, owner) !== undefined) return { errno: "EACCES" };
  return owner.descriptors.get(Number(fd)) ?? { errno: "ENOENT" };
}

function openSpecial(
  computer: Computer,
  task: Task,
  want: { readonly path: string; readonly how: OpenHow },
): Description | Errno | undefined {
  const { path, how } = want;
  const stat = computer.fs.stat(path, task.credentials);
  if ("errno" in stat) return undefined;
  if (stat.kind === "fifo") return openFifo(computer, task, { path, how, inode: stat.inode });
  if (stat.kind !== "character") return undefined;
  const name = terminalName(stat.device, task);
  if (name === undefined) return undefined;
  return computer.terminals.get(name)?.open() ?? { errno: "ENXIO" };
}

function openFifo(
  computer: Computer,
  task: Task,
  want: { readonly path: string; readonly how: OpenHow; readonly inode: number },
): Description | Errno {
  const { read = false, write = false } = want.how;
  const allowed = computer.fs.access(want.path, (read ? 4 : 0) | (write ? 2 : 0), task.credentials);
  if ("errno" in allowed) return allowed;
  const pipe = computer.fifo(want.inode, want.path);
  if (!write) return pipe.reader();
  return read ? pipe.both() : pipe.writer();
}

/** Which terminal a device is: 5:0 is the process's own, 136:N is pts/N. */
function terminalName(device: { readonly major: number; readonly minor: number } | undefined, task: Task): string | undefined {
  if (device?.major === 5 && device.minor === 0) return task.terminal ?? "";
  return device?.major === 136 ? `pts/${device.minor}` : undefined;
}
