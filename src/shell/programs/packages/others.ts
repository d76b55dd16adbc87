import { toBytes } from "../../bytes.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { connect } from "../network/reach.ts";
import { resolve } from "../network/resolver.ts";
import { reportDownload } from "../transfer/url.ts";

function* print(process: Process, text: string, status = 0): Execution {
  yield* process.print(text);
  return status;
}

function* say(process: Process, text: string, status = 1): Execution {
  yield* process.write(2, text);
  return status;
}

/** dnf and yum: the mirrors cannot be reached. */
export const dnf: Program = { name: "dnf", run: redHat };
export const yum: Program = { name: "yum", run: redHat };

function* redHat(process: Process): Execution {
  const [verb, ...names] = process.args.filter((arg) => !arg.startsWith("-"));
  if (process.args.includes("--version")) return yield* print(process, "4.14.0\n");
  if (verb === undefined)
    return yield* print(
      process,
      "usage: dnf [options] COMMAND\n\nList of Main Commands:\n\ninstall                   install a package or packages on your system\n",
      1,
    );
  if (/^(install|remove|erase|update|upgrade|localinstall|reinstall)$/.test(verb) && process.credentials.uid !== 0)
    return yield* say(process, "Error: This command has to be run with superuser privileges (under the root user on most systems).\n");
  if (/^(install|update|upgrade|makecache|search|check-update|reinstall)$/.test(verb)) return yield* mirrors(process, names);
  if (/^(remove|erase)$/.test(verb))
    return yield* print(
      process,
      `${names.map((name) => `No match for argument: ${name}\n`).join("")}No packages marked for removal.\nDependencies resolved.\nNothing to do.\nComplete!\n`,
    );
  if (verb === "repolist")
    return yield* print(
      process,
      "repo id                           repo name\nappstream                         Rocky Linux 9 - AppStream\nbaseos                            Rocky Linux 9 - BaseOS\nextras                            Rocky Linux 9 - Extras\n",
    );
  return yield* say(process, `No such command: ${verb}. Please use /usr/bin/dnf --help\n`);
}

function* mirrors(process: Process, names: readonly string[]): Execution {
  const host = "mirrors.rockylinux.org";
  process.observe({ kind: "protocol.note", fields: { what: "package.install", values: names.map(toBytes) } });
  const url = `https://${host}/mirrorlist?arch=x86_64&repo=BaseOS-9`;
  reportDownload(process, url, process.name);
  yield* process.print("Rocky Linux 9 - BaseOS                          0.0  B/s |   0  B     00:30    \n");
  const found = yield* resolve(process, host);
  if (found !== undefined) yield* connect(process, { host, address: found.address, port: 443 }, { withinMs: 30_000 });
  return yield* say(
    process,
    `Errors during downloading metadata for repository 'baseos':\n  - Curl error (28): Timeout was reached for ${url} [Connection timeout after 30001 ms]\nError: Failed to download metadata for repo 'baseos': Cannot prepare internal mirrorlist: Curl error (28): Timeout was reached for ${url} [Connection timeout after 30001 ms]\n`,
  );
}

/** rpm: the database answers nothing about packages that the profile does not list. */
export const rpm: Program = {
  name: "rpm",
  *run(process) {
    const flags = process.args.filter((arg) => arg.startsWith("-")).join("");
    const names = process.args.filter((arg) => !arg.startsWith("-"));
    if (flags.includes("version")) return yield* print(process, "RPM version 4.16.1.3\n");
    if (flags.includes("qa"))
      return yield* print(
        process,
        rpmNames(process)
          .map((name) => `${name}\n`)
          .join(""),
      );
    if (flags.includes("q")) return yield* query(process, names);
    if (/[ieUF]/.test(flags))
      return yield* say(
        process,
        process.credentials.uid === 0
          ? `error: open of ${names[0] ?? ""} failed: No such file or directory\n`
          : "error: can't create transaction lock on /var/lib/rpm/.rpm.lock (Permission denied)\n",
      );
    return yield* print(process, "RPM version 4.16.1.3\nCopyright (C) 1998-2002 - Red Hat, Inc.\n", 1);
  },
};

/** The kernel and what the versions tell of. */
function rpmNames(process: Process): readonly string[] {
  const { kernelRelease, versions } = process.system.machine;
  return [
    `kernel-${kernelRelease}`,
    ...Object.entries(versions).flatMap(([name, text]) => {
      const version = /(\d+(?:\.\d+)+)/.exec(text)?.[1];
      return version === undefined ? [] : [`${name === "ssh" ? "openssh" : name}-${version}-1.el9.x86_64`];
    }),
  ];
}

function* query(process: Process, names: readonly string[]): Execution {
  let status = 0;
  for (const name of names) {
    const found = rpmNames(process).find((one) => one.startsWith(`${name}-`));
    yield* process.print(found === undefined ? `package ${name} is not installed\n` : `${found}\n`);
    if (found === undefined) status = 1;
  }
  return status;
}

/** opkg of OpenWrt. */
export const opkg: Program = {
  name: "opkg",
  *run(process) {
    const [verb, ...names] = process.args.filter((arg) => !arg.startsWith("-"));
    if (verb === undefined)
      return yield* say(process, "opkg must have one sub-command argument\nusage: opkg [options...] sub-command [arguments...]\n");
    if (verb === "update") return yield* feeds(process);
    if (verb === "install") return yield* unknown(process, names);
    if (verb === "list-installed" || verb === "list") return yield* print(process, opkgNames(process));
    if (verb === "remove") return yield* print(process, "No packages removed.\n");
    return yield* say(process, `opkg: unknown sub-command ${verb}\n`);
  },
};

function opkgNames(process: Process): string {
  const { kernelRelease, versions } = process.system.machine;
  const busybox = /v([\d.]+)/.exec(versions["busybox"] ?? "")?.[1] ?? "1.36.1";
  const dropbear = /v([\d.]+)/.exec(versions["dropbear"] ?? "")?.[1] ?? "2022.82";
  return `base-files - 1554\nbusybox - ${busybox}-1\ndnsmasq - 2.90-2\ndropbear - ${dropbear}-6\nfirewall4 - 2023-09-01\nkernel - ${kernelRelease}-1\nnetifd - 2024-01-04\nopkg - 2022-02-24\nprocd - 2023-06-25\nuhttpd - 2023-06-25\n`;
}

function* feeds(process: Process): Execution {
  const text = process.fs.readFile("/etc/opkg/distfeeds.conf");
  const lines = typeof text === "string" ? text.split("\n") : [];
  for (const line of lines) {
    const [, , base] = line.split(" ");
    if (base === undefined) continue;
    reportDownload(process, `${base}/Packages.gz`, "opkg");
    yield* process.print(`Downloading ${base}/Packages.gz\n`);
    yield* process.sleep(1000);
    yield* process.write(2, `*** Failed to download the package list from ${base}/Packages.gz\n\n`);
  }
  return yield* say(
    process,
    "Collected errors:\n * opkg_download: Failed to download, wget returned 4.\n * opkg_download: Check your network settings and connectivity.\n\n",
  );
}

function* unknown(process: Process, names: readonly string[]): Execution {
  process.observe({ kind: "protocol.note", fields: { what: "package.install", values: names.map(toBytes) } });
  const lines = names.map((name) => `Unknown package '${name}'.\n`).join("");
  return yield* say(
    process,
    `${lines}Collected errors:\n${names.map((name) => ` * opkg_install_cmd: Cannot install package ${name}.\n`).join("")}`,
    255,
  );
}
