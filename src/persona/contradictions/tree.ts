import { type Facts, type Rule, unless } from "./rule.ts";

/** The files, against each other, the commands and the packages. */
export const treeRules: readonly Rule[] = [
  {
    name: "contents-entry",
    holds: "each file with contents is a regular file of the tree",
    find: ({ persona, entries }) =>
      Object.keys(persona.tree.files)
        .filter((path) => !path.startsWith("/proc/"))
        .flatMap((path) => unless(entries.get(path)?.type === "f", ["tree", "files", path], "is no regular file of the tree")),
  },
  {
    name: "parent-directory",
    holds: "each entry is in a directory of the tree",
    find: ({ entries }) =>
      [...entries.keys()]
        .filter((path) => path !== "/" && !/^\/(?:dev|run|sys|tmp|proc)\//.test(path))
        .flatMap((path) => {
          const parent = path.slice(0, path.lastIndexOf("/")) || "/";
          return unless(entries.get(parent)?.type === "d", ["tree"], `has ${path} in no directory of its own`);
        }),
  },
  {
    name: "program-link",
    holds: "links among the programs lead to programs",
    find: ({ entries, tree }) =>
      [...entries.values()]
        .filter(({ path, type }) => type === "l" && /^\/(?:usr\/)?s?bin\/[^/]+$/.test(path))
        .flatMap(({ path, target }) =>
          unless(tree.resolve(path) !== undefined, ["tree"], `has a link that leads nowhere: ${path} to ${target}`),
        ),
  },
  {
    name: "version-program",
    holds: "programs whose version is told are in the tree",
    find: ({ persona }) =>
      Object.keys(persona.machine.versions).flatMap((name) =>
        unless(Object.hasOwn(persona.commands, name), ["machine", "versions", name], "is no command in the tree"),
      ),
  },
  {
    name: "busybox",
    holds: "busybox applets are told when and only when busybox is there",
    find: ({ persona: { machine, commands } }) =>
      unless(
        machine.busyboxApplets.length > 0 === Object.hasOwn(commands, "busybox"),
        ["machine", "busyboxApplets"],
        Object.hasOwn(commands, "busybox") ? "are missing" : "are told though the tree has no busybox",
      ),
  },
  {
    name: "busybox-links",
    holds: "each link to busybox is one of its applets",
    find: (facts) => {
      const applets = new Set(facts.persona.machine.busyboxApplets);
      return busyboxLinks(facts).flatMap((name) =>
        unless(
          applets.has(name) || name === "busybox",
          ["machine", "busyboxApplets"],
          `do not have ${name}, which the tree links to busybox`,
        ),
      );
    },
  },
  {
    name: "busybox-process",
    holds: "an applet that runs is in busybox",
    find: ({ persona: { machine } }) =>
      machine.processes.flatMap(({ command }, index) => {
        const applet = /^(?:\S*\/)?busybox (\S+)/.exec(command)?.[1];
        const known = applet === undefined || machine.busyboxApplets.includes(applet);
        return unless(known, ["machine", "processes", index, "command"], `runs an applet that this busybox lacks: ${applet}`);
      }),
  },
  {
    name: "package-kernel",
    holds: "the package list has the running kernel",
    find: ({ persona: { machine }, text }) => {
      const kernels = [...(text("/var/lib/dpkg/status")?.matchAll(/^Package: linux-image-(\d\S*)$/gm) ?? [])].map((match) => match[1]);
      return unless(
        kernels.length === 0 || kernels.includes(machine.kernelRelease),
        ["tree", "files", "/var/lib/dpkg/status"],
        `has kernels ${kernels.join(", ")} and not ${machine.kernelRelease}`,
      );
    },
  },
  {
    name: "package-busybox",
    holds: "busybox tells the version of its package",
    find: ({ persona: { machine }, text }) => {
      const status = text("/var/lib/dpkg/status");
      const version = packageVersion(status, "busybox") ?? packageVersion(status, "busybox-static");
      const told = machine.versions["busybox"];
      return unless(
        version === undefined || told === undefined || told.includes(version),
        ["machine", "versions", "busybox"],
        `is not of the package's version ${version}`,
      );
    },
  },
  {
    name: "essential-commands",
    holds: "the shell's everyday commands are there",
    find: ({ persona: { commands } }) =>
      ["sh", "ls", "cat", "ps", "mount", "uname"].flatMap((name) =>
        unless(Object.hasOwn(commands, name), ["tree"], `has no command ${name}`),
      ),
  },
];

/** The version of an installed package in dpkg's list, or undefined. */
export function packageVersion(status: string | undefined, name: string): string | undefined {
  const block = status?.split("\n\n").find((one) => one.startsWith(`Package: ${name}\n`));
  return block === undefined ? undefined : /^Version: (.*)$/m.exec(block)?.[1];
}

function busyboxLinks({ entries, tree }: Facts): readonly string[] {
  const busybox = tree.resolve("/bin/busybox")?.path;
  if (busybox === undefined) return [];
  const links = [...entries.values()].filter(({ path, type }) => type === "l" && /^\/(?:usr\/)?s?bin\/[^/]+$/.test(path));
  return links.filter(({ path }) => tree.resolve(path)?.path === busybox).map(({ path }) => path.slice(path.lastIndexOf("/") + 1));
}
