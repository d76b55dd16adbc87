import { accessSync, constants, existsSync, readFileSync, statfsSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import type { Listen, Settings } from "../../daemon/settings.ts";
import { workerIsolation } from "../../host/isolation/worker-isolation.ts";
import { ORDINARY } from "../../host/privileges.ts";

/** One thing that was looked at. Three answers: it is there, it is not, or nobody can tell. */
export interface Finding {
  readonly what: string;
  readonly answer: "present" | "absent" | "unknown";
  readonly cause: string;
  /** The command or step that would help. */
  readonly mend?: string;
}

const GIB = 2 ** 30;
const FILES_WANTED = 20_000;

/** Looks at everything that the sensor needs here. `running`: a sensor answers on this state folder, so its ports are taken by right. */
export async function* findings(settings: Settings, running: boolean): AsyncGenerator<Finding> {
  yield nodeVersion();
  yield {
    what: "sensor",
    answer: running ? "present" : "absent",
    cause: running ? "it runs" : "none answers on this state folder",
    ...(running ? {} : { mend: "utsusemi up" }),
  };
  yield stateFolder(settings.state);
  yield freeSpace(settings.state);
  yield openFiles(settings.limits.connections);
  for (const listen of settings.listen) yield running ? taken(listen) : await port(listen);
  yield separateAccounts(settings);
  for (const { attempt, answer, cause } of await workerIsolation(ORDINARY)) {
    yield {
      what: `a worker that was taken over cannot ${attempt}`,
      answer,
      cause,
      ...(answer === "absent" ? { mend: "Start as root or as the service: workers then have an account of their own." } : {}),
    };
  }
}

function nodeVersion(): Finding {
  const major = Number(process.versions.node.split(".")[0]);
  return { what: "Node 26", answer: major >= 26 ? "present" : "absent", cause: process.version };
}

function stateFolder(folder: string): Finding {
  const nearest = nearestExisting(folder);
  const what = `state folder ${folder}`;
  try {
    accessSync(nearest, constants.W_OK | constants.X_OK);
    return { what, answer: "present", cause: nearest === folder ? "writable" : "will be made" };
  } catch (error) {
    return { what, answer: "absent", cause: String(error), mend: `Make it, owned by this user: install -d -m 700 ${folder}` };
  }
}

function freeSpace(folder: string): Finding {
  const { bavail, bsize } = statfsSync(nearestExisting(folder));
  const free = bavail * bsize;
  return {
    what: "free space",
    answer: free > GIB ? "present" : "absent",
    cause: `${(free / GIB).toFixed(1)} GiB`,
    ...(free > GIB ? {} : { mend: "Free some, or set retention lower: docs/configuration.md" }),
  };
}

/** Each visitor takes one descriptor in the parent for a moment, and one in a worker. */
function openFiles(connections: number): Finding {
  const soft = Number(/^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? 0);
  const wanted = Math.min(connections + 256, FILES_WANTED);
  return {
    what: `open files for ${connections} connections`,
    answer: soft >= wanted ? "present" : "absent",
    cause: `the limit is ${soft}`,
    ...(soft >= wanted ? {} : { mend: `ulimit -n ${wanted} (the service sets it), or lower limits.connections` }),
  };
}

function taken({ decoy, address, port: number }: Listen): Finding {
  return { what: `${decoy} on ${address} port ${number}`, answer: "present", cause: "the sensor listens" };
}

function port({ decoy, address, port: number }: Listen): Promise<Finding> {
  const what = `${decoy} on ${address} port ${number}`;
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", (error) => {
      const code = "code" in error ? String(error.code) : error.message;
      const mend =
        code === "EACCES"
          ? "Start as root, install the service, or use `ports: unprivileged`."
          : `See what listens there: ss -tlnp 'sport = ${number}'`;
      resolve({ what, answer: "absent", cause: code, mend });
    });
    server.listen(number, address, () => server.close(() => resolve({ what, answer: "present", cause: "free" })));
  });
}

function separateAccounts({ accounts }: Settings): Finding {
  const what = "accounts of their own for the sensor and its workers";
  if (process.getuid?.() !== 0)
    return { what, answer: "absent", cause: "not started as root", mend: "sudo utsusemi up, or sudo utsusemi service install" };
  const known = readFileSync("/etc/passwd", "utf8");
  const missing = [accounts.sensor, accounts.worker].filter((name) => !known.split("\n").some((line) => line.startsWith(`${name}:`)));
  if (missing.length === 0) return { what, answer: "present", cause: [accounts.sensor, accounts.worker].join(", ") };
  return {
    what,
    answer: "absent",
    cause: `no account ${missing.join(", ")}`,
    mend: missing.map((name) => `useradd --system --no-create-home --shell /usr/sbin/nologin ${name}`).join("; "),
  };
}

function nearestExisting(folder: string): string {
  return existsSync(folder) || folder === "/" ? folder : nearestExisting(dirname(folder));
}
