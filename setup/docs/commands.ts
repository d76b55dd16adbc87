import { builtinNames } from "../../src/shell/language/builtins/index.ts";
import { programs } from "../../src/shell/programs/index.ts";
import { BUILTINS } from "./builtin-notes.ts";
import { FAMILIES, type Family } from "./command-notes.ts";

/** docs/commands.md: every program and every builtin of the shells, a line each. */
export function commandsPage(): string {
  const names = new Set(programs.map(({ name }) => name));
  const described = new Set(FAMILIES.flatMap(({ notes }) => notes.map(nameOf)));
  const rest = [...names].filter((name) => !described.has(name)).sort();
  const others: Family = { title: "Others", text: "Further small programs.", notes: rest.map((name) => `${name}: usual options`) };
  const families = (rest.length === 0 ? FAMILIES : [...FAMILIES, others]).map((family) => familyText(family, names));
  return [
    "# Commands",
    "",
    `The emulated shell knows ${names.size} programs. Which of them a system has is the persona's say; routers run them in busybox's flavour. Programs of the persona that are not in this list fail as one does whose library is missing, and are reported as \`command.unknown\`.`,
    "",
    ...families,
    "## Builtins",
    "",
    ...(["bash", "dash", "ash"] as const).map(
      (dialect) =>
        `- **${dialect}**: ${[...builtinNames({ dialect })]
          .sort()
          .map((name) => `\`${name}\``)
          .join(" ")}`,
    ),
    "",
    "| builtin | what it does |",
    "|---|---|",
    ...[...new Set([...builtinNames({ dialect: "bash" }), ...builtinNames({ dialect: "ash" })])]
      .sort()
      .map((name) => `| \`${name}\` | ${BUILTINS[name] ?? "as in the real shell"} |`),
    "",
  ].join("\n");
}

function nameOf(note: string): string {
  return note.slice(0, note.indexOf(": "));
}

function familyText({ title, text, notes }: Family, names: ReadonlySet<string>): string {
  const rows = notes
    .filter((note) => names.has(nameOf(note)))
    .map((note) => `| \`${nameOf(note)}\` | ${note.slice(nameOf(note).length + 2)} |`);
  return [`## ${title}`, "", text, "", "| command | here |", "|---|---|", ...rows, ""].join("\n");
}
