import { parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";

/** Packages as /var/lib/dpkg/status lists them: paragraphs of `Field: value` (deb-control(5)). */
export interface Package {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly summary: string;
  readonly paragraph: string;
}

export function installed(process: Process): readonly Package[] {
  const text = process.fs.readFile("/var/lib/dpkg/status");
  const paragraphs = typeof text === "string" ? text.split(/\n\n+/) : [];
  return paragraphs.flatMap((paragraph) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(paragraph)?.[1] ?? "";
    const name = field("Package");
    return name === ""
      ? []
      : [{ name, version: field("Version"), architecture: field("Architecture") || "amd64", summary: field("Description"), paragraph }];
  });
}

export const dpkg: Program = {
  name: "dpkg",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "lsLSicrPaGRE",
      long: {
        list: "l",
        status: "s",
        listfiles: "L",
        search: "S",
        install: "i",
        remove: "r",
        purge: "P",
        "print-architecture": "arch",
        "get-selections": "selections",
        configure: "configure",
        "print-foreign-architectures": "foreign",
        audit: "audit",
      },
      errorStatus: 2,
      version: "Debian 'dpkg' package management program version 1.21.22 (amd64).\n",
    });
    if (typeof options === "number") return options;
    const names = options.operands;
    if (options.has("arch"))
      return yield* print(process, `${process.system.machine.architecture === "x86_64" ? "amd64" : process.system.machine.architecture}\n`);
    if (options.has("selections"))
      return yield* print(
        process,
        installed(process)
          .map(({ name }) => `${name.padEnd(47)} install\n`)
          .join(""),
      );
    if (options.has("l")) return yield* list(process, names);
    if (options.has("s")) return yield* status(process, names);
    if (options.has("L")) return yield* files(process, names);
    if (options.has("S")) return yield* search(process, names);
    return yield* change(process, options.letters.size > 0);
  },
};

function* print(process: Process, text: string, result = 0): Execution {
  yield* process.print(text);
  return result;
}

function* change(process: Process, asked: boolean): Execution {
  if (!asked)
    return yield* process.fail(
      "error: need an action option\n\nType dpkg --help for help about installing and deinstalling packages [*];\nUse 'apt' or 'aptitude' for user-friendly package management;",
      2,
    );
  if (process.credentials.uid !== 0) return yield* process.fail("error: requested operation requires superuser privilege", 2);
  return yield* process.fail("error: cannot access archive: No such file or directory", 2);
}

function* list(process: Process, patterns: readonly string[]): Execution {
  const fits = (name: string, pattern: string) => (pattern.includes("*") ? wildcard(name, pattern) : name === pattern);
  const shown = installed(process).filter(({ name }) => patterns.length === 0 || patterns.some((pattern) => fits(name, pattern)));
  for (const pattern of patterns)
    if (!shown.some(({ name }) => fits(name, pattern))) yield* process.write(2, `dpkg-query: no packages found matching ${pattern}\n`);
  if (shown.length === 0) return 1;
  const width = (read: (one: Package) => string, least: number) => shown.reduce((most, one) => Math.max(most, read(one).length), least);
  const [names, versions, kinds, texts] = [
    width((one) => one.name, 14),
    width((one) => one.version, 12),
    width((one) => one.architecture, 12),
    width((one) => one.summary, 33),
  ];
  const head = `Desired=Unknown/Install/Remove/Purge/Hold\n| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n||/ ${"Name".padEnd(names)} ${"Version".padEnd(versions)} ${"Architecture".padEnd(kinds)} Description\n+++-${"=".repeat(names)}-${"=".repeat(versions)}-${"=".repeat(kinds)}-${"=".repeat(texts)}\n`;
  return yield* print(
    process,
    head +
      shown
        .map((one) => `ii  ${one.name.padEnd(names)} ${one.version.padEnd(versions)} ${one.architecture.padEnd(kinds)} ${one.summary}\n`)
        .join(""),
    shown.length === 0 ? 1 : 0,
  );
}

/** Only `*`, as dpkg -l takes it. */
function wildcard(name: string, pattern: string): boolean {
  const pieces = pattern.split("*");
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    const found = name.indexOf(piece, at);
    if (found < 0 || (index === 0 && found !== 0)) return false;
    at = found + piece.length;
  }
  return pieces.at(-1) === "" || name.endsWith(pieces.at(-1) ?? "");
}

function* status(process: Process, names: readonly string[]): Execution {
  let result = 0;
  for (const wanted of names) {
    const found = installed(process).find(({ name }) => name === wanted);
    if (found !== undefined) yield* process.print(`${found.paragraph.trim()}\n`);
    else {
      yield* process.write(
        2,
        `dpkg-query: package '${wanted}' is not installed and no information is available\nUse dpkg --info (= dpkg-deb --info) to examine archive files.\n`,
      );
      result = 1;
    }
  }
  return result;
}

function* files(process: Process, names: readonly string[]): Execution {
  for (const wanted of names) {
    const text = process.fs.readFile(`/var/lib/dpkg/info/${wanted}.list`);
    if (typeof text === "string" && text.startsWith("/")) yield* process.print(text);
    else if (installed(process).some(({ name }) => name === wanted))
      yield* process.print(`/.\n/usr\n/usr/share\n/usr/share/doc\n/usr/share/doc/${wanted}\n/usr/share/doc/${wanted}/copyright\n`);
    else {
      yield* process.write(
        2,
        `dpkg-query: package '${wanted}' is not installed\nUse dpkg --contents (= dpkg-deb --contents) to list archive files contents.\n`,
      );
      return 1;
    }
  }
  return 0;
}

function* search(process: Process, paths: readonly string[]): Execution {
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const found = installed(process).find((one) => one.name === name);
    if (found !== undefined) yield* process.print(`${found.name}: ${path}\n`);
    else yield* process.write(2, `dpkg-query: no path found matching pattern ${path.startsWith("/") ? path : `*${path}*`}\n`);
  }
  return 0;
}

export const dpkgQuery: Program = {
  name: "dpkg-query",
  *run(process) {
    const format = process.args.find((arg) => arg.startsWith("-f=") || arg.startsWith("--showformat="))?.replace(/^[^=]*=/, "");
    if (!process.args.some((arg) => /^(-W|--show)$/.test(arg))) return yield* dpkg.run(process);
    const names = process.args.filter((arg) => !arg.startsWith("-"));
    const shown = installed(process).filter(({ name }) => names.length === 0 || names.includes(name));
    const line = (one: Package) =>
      (format ?? "${binary:Package}\\t${Version}\\n")
        .replace(/\$\{(?:binary:)?Package\}/g, one.name)
        .replace(/\$\{Version\}/g, one.version)
        .replace(/\$\{Architecture\}/g, one.architecture)
        .replace(/\$\{Status\}/g, "install ok installed")
        .replaceAll("\\n", "\n")
        .replaceAll("\\t", "\t");
    return yield* print(process, shown.map(line).join(""), shown.length === 0 ? 1 : 0);
  },
};
