import { toBytes } from "../../bytes.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { connect, fateText } from "../network/reach.ts";
import { resolve } from "../network/resolver.ts";
import { reportDownload } from "../transfer/url.ts";
import { installed } from "./dpkg.ts";

/** apt and apt-get: what is installed is known, the archives cannot be reached. */
export const apt: Program = { name: "apt", run };
export const aptGet: Program = { name: "apt-get", run };
export const aptitude: Program = { name: "aptitude", run };

const LOCKS =
  "E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?\n";
const HEAD = "Reading package lists... Done\nBuilding dependency tree... Done\nReading state information... Done\n";

function* run(process: Process): Execution {
  const [verb, ...names] = process.args.filter((arg) => !arg.startsWith("-"));
  if (process.args.some((arg) => arg === "-v" || arg === "--version")) return yield* print(process, "apt 2.6.1 (amd64)\n");
  if (verb === undefined) return yield* print(process, `apt 2.6.1 (amd64)\nUsage: ${process.name} [options] command\n`, 1);
  switch (verb) {
    case "update":
      return yield* update(process);
    case "install":
    case "reinstall":
      return yield* install(process, names);
    case "remove":
    case "purge":
    case "autoremove":
      return yield* remove(process, names);
    case "upgrade":
    case "dist-upgrade":
    case "full-upgrade":
      return yield* nothing(process);
    case "list":
      return yield* print(
        process,
        `Listing... Done\n${installed(process)
          .map((one) => `${one.name}/stable,now ${one.version} ${one.architecture} [installed]\n`)
          .join("")}`,
      );
    case "show":
    case "search":
      return yield* print(
        process,
        `${installed(process)
          .filter(({ name }) => names.some((wanted) => name.includes(wanted)))
          .map((one) =>
            verb === "show"
              ? `${one.paragraph.trim()}\n\n`
              : `${one.name}/stable,now ${one.version} ${one.architecture} [installed]\n  ${one.summary}\n\n`,
          )
          .join("")}`,
      );
    case "clean":
    case "autoclean":
    case "check":
      return 0;
    case "moo":
      return yield* moo(process);
    default:
      yield* process.write(2, `E: Invalid operation ${verb}\n`);
      return 100;
  }
}

function* print(process: Process, text: string, status = 0): Execution {
  yield* process.print(text);
  return status;
}

function* moo(process: Process): Execution {
  return yield* print(
    process,
    '                 (__) \n                 (oo) \n           /------\\/ \n          / |    ||   \n         *  /\\---/\\ \n            ~~   ~~   \n..."Have you mooed today?"...\n',
  );
}

/** deb lines of the sources: `deb [options] address suite component...`. */
function sources(process: Process): readonly { readonly base: string; readonly suite: string }[] {
  const text = process.fs.readFile("/etc/apt/sources.list");
  const lines = typeof text === "string" ? text.split("\n") : [];
  return lines.flatMap((line) => {
    const [, base, suite] = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(line) ?? [];
    return base === undefined || suite === undefined ? [] : [{ base: base.replace(/\/$/, ""), suite }];
  });
}

const CONNECT_MS = 30_000;

function* update(process: Process): Execution {
  if (process.credentials.uid !== 0) {
    yield* process.write(
      2,
      "Reading package lists... Done\nE: Could not open lock file /var/lib/apt/lists/lock - open (13: Permission denied)\nE: Unable to lock directory /var/lib/apt/lists/\n",
    );
    return 100;
  }
  const failures: string[] = [];
  for (const [at, { base, suite }] of sources(process).entries()) {
    const url = `${base}/dists/${suite}/InRelease`;
    const why = yield* tryHost(process, base);
    reportDownload(process, url, process.name);
    yield* process.print(`${at === 0 ? "Err" : "Ign"}:${at + 1} ${base} ${suite} InRelease\n  ${why}\n`);
    failures.push(`W: Failed to fetch ${url}  ${why}\n`);
  }
  yield* process.print("Reading package lists... Done\n");
  if (process.name === "apt")
    yield* process.print("Building dependency tree... Done\nReading state information... Done\nAll packages are up to date.\n");
  yield* process.write(
    2,
    `${failures.join("")}W: Some index files failed to download. They have been ignored, or old ones used instead.\n`,
  );
  return 0;
}

function* tryHost(process: Process, base: string): Execution<string> {
  const host = /^\w+:\/\/([^/:]+)/.exec(base)?.[1] ?? base;
  const found = yield* resolve(process, host);
  if (found === undefined) return `Temporary failure resolving '${host}'`;
  const fate = yield* connect(process, { host, address: found.address, port: 80 }, { withinMs: CONNECT_MS });
  return fate === "open"
    ? `404  Not Found [IP: ${found.address} 80]`
    : `Could not connect to ${host}:80 (${found.address}), ${fate === "timeout" ? "connection timed out" : `- connect (111: ${fateText(fate)})`}`;
}

function* install(process: Process, names: readonly string[]): Execution {
  if (process.credentials.uid !== 0) {
    yield* process.write(2, LOCKS);
    return 100;
  }
  process.observe({ kind: "protocol.note", fields: { what: "package.install", values: names.map(toBytes) } });
  yield* process.print(HEAD);
  const known = installed(process);
  const there = names.filter((wanted) => known.some(({ name }) => name === wanted));
  for (const name of there)
    yield* process.print(`${name} is already the newest version (${known.find((one) => one.name === name)?.version}).\n`);
  const missing = names.filter((wanted) => !there.includes(wanted));
  if (missing.length === 0) return yield* print(process, "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n");
  yield* process.write(2, missing.map((name) => `E: Unable to locate package ${name}\n`).join(""));
  return 100;
}

function* remove(process: Process, names: readonly string[]): Execution {
  if (process.credentials.uid !== 0) {
    yield* process.write(2, LOCKS);
    return 100;
  }
  yield* process.print(HEAD);
  const known = installed(process);
  const there = names.filter((wanted) => known.some(({ name }) => name === wanted));
  if (there.length > 0) {
    yield* process.write(2, `E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem. \n`);
    return 100;
  }
  for (const name of names) yield* process.print(`Package '${name}' is not installed, so not removed\n`);
  return yield* print(process, "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n");
}

function* nothing(process: Process): Execution {
  if (process.credentials.uid !== 0) {
    yield* process.write(2, LOCKS);
    return 100;
  }
  return yield* print(process, `${HEAD}Calculating upgrade... Done\n0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n`);
}

export const aptCache: Program = {
  name: "apt-cache",
  *run(process) {
    const [verb = "", ...names] = process.args.filter((arg) => !arg.startsWith("-"));
    const found = installed(process).filter(({ name }) =>
      names.some((wanted) => (verb === "search" ? name.includes(wanted) : name === wanted)),
    );
    if (verb === "policy")
      return yield* print(process, found.map((one) => `${one.name}:\n  Installed: ${one.version}\n  Candidate: ${one.version}\n`).join(""));
    if (verb === "search") return yield* print(process, found.map((one) => `${one.name} - ${one.summary}\n`).join(""));
    if (found.length > 0) return yield* print(process, found.map((one) => `${one.paragraph.trim()}\n\n`).join(""));
    yield* process.write(2, `${names.map((name) => `N: Unable to locate package ${name}\n`).join("")}E: No packages found\n`);
    return 100;
  },
};
