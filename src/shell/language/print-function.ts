import type { AndOr, Compound, FunctionDefinition, ListItem, Node, Redirect, Script, Simple, TestExpression } from "./syntax.ts";

/** A function as bash prints it back (`type f`, `declare -f`, `set`): its own layout, not the visitor's. */
export function printFunction(definition: FunctionDefinition): string {
  const { body } = definition;
  const inner =
    body.body.kind === "group" ? body.body.script : { items: [{ node: { ...body, redirects: [] }, background: false, source: "" }] };
  return `${definition.name} () \n{ \n${script(inner, 1)}\n}${redirects(body.redirects)}\n`;
}

const INDENT = "    ";

function script(of: Script, depth: number): string {
  const pad = INDENT.repeat(depth);
  return of.items.map((one, index) => pad + item(one, depth) + (one.background ? " &" : index < of.items.length - 1 ? ";" : "")).join("\n");
}

function item(one: ListItem, depth: number): string {
  return node(one.node, depth);
}

function node(of: Node, depth: number): string {
  switch (of.type) {
    case "simple":
      return simple(of);
    case "pipeline":
      return `${of.timed === "no" ? "" : "time "}${of.negated ? "! " : ""}${of.commands.map((command) => node(command, depth)).join(" | ")}`;
    case "and-or":
      return andOr(of, depth);
    case "function":
      return `function ${printFunction(of)
        .trimEnd()
        .replaceAll("\n", `\n${INDENT.repeat(depth)}`)}`;
    case "compound":
      return compound(of, depth) + redirects(of.redirects);
  }
}

function andOr(of: AndOr, depth: number): string {
  return node(of.first, depth) + of.rest.map((one) => ` ${one.when} ${node(one.node, depth)}`).join("");
}

function simple(of: Simple): string {
  const assignments = of.assignments.map((one) => {
    const value =
      "parts" in one.value
        ? one.value.source
        : `(${one.value.map((each) => (each.index === undefined ? "" : `[${each.index.source}]=`) + each.value.source).join(" ")})`;
    return `${one.name}${one.index === undefined ? "" : `[${one.index.source}]`}${one.append ? "+" : ""}=${value}`;
  });
  return [...assignments, ...of.words.map((word) => word.source)].join(" ") + redirects(of.redirects);
}

function redirects(of: readonly Redirect[]): string {
  return of
    .map((one) => {
      const space = one.operator.endsWith("&") ? "" : " ";
      return ` ${one.fdName === undefined ? (one.fd ?? "") : `{${one.fdName}}`}${one.operator}${space}${one.target.source}`;
    })
    .join("");
}

function compound(of: Compound, depth: number): string {
  const { body } = of;
  const pad = INDENT.repeat(depth);
  const block = (inner: Script) => script(inner, depth + 1);
  switch (body.kind) {
    case "group":
      return `{ \n${block(body.script)}\n${pad}}`;
    case "subshell":
      return `( ${script(body.script, depth).trimStart()} )`;
    case "if":
      return ifText(body, depth);
    case "while":
      return `${body.until ? "until" : "while"} ${script(body.condition, 0).trimStart()}; do\n${block(body.script)}\n${pad}done`;
    case "for":
    case "select":
      return `${body.kind} ${body.name} in ${body.words === undefined ? '"$@"' : body.words.map((word) => word.source).join(" ")};\n${pad}do\n${block(body.script)}\n${pad}done`;
    case "for-arithmetic":
      return `for ((${body.parts.map((part) => part.source.trim()).join("; ")}))\n${pad}do\n${block(body.script)}\n${pad}done`;
    case "case":
      return caseText(body, depth);
    case "test":
      return `[[ ${testText(body.expression)} ]]`;
    case "arithmetic":
      return `((${body.expression.source}))`;
  }
}

function ifText(body: Compound["body"] & { kind: "if" }, depth: number): string {
  const pad = INDENT.repeat(depth);
  const [first, ...rest] = body.branches;
  if (first === undefined) return "";
  let text = `if ${script(first.condition, 0).trimStart()}; then\n${script(first.then, depth + 1)}`;
  if (rest.length > 0) {
    const nested = ifText({ ...body, branches: rest }, depth + 1);
    return `${text};\n${pad}else\n${INDENT.repeat(depth + 1)}${nested};\n${pad}fi`;
  }
  if (body.otherwise !== undefined) text += `;\n${pad}else\n${script(body.otherwise, depth + 1)}`;
  return `${text};\n${pad}fi`;
}

const ENDS = { stop: ";;", fall: ";&", test: ";;&" } as const;

function caseText(body: Compound["body"] & { kind: "case" }, depth: number): string {
  const pad = INDENT.repeat(depth + 1);
  const clauses = body.clauses.map((clause) => {
    const patterns = clause.patterns.map((pattern) => pattern.source).join(" | ");
    const inner = clause.script.items.length === 0 ? "" : `${script(clause.script, depth + 2)}\n`;
    return `${pad}${patterns})\n${inner}${pad}${ENDS[clause.end]}\n`;
  });
  return `case ${body.subject.source} in \n${clauses.join("")}${INDENT.repeat(depth)}esac`;
}

function testText(of: TestExpression): string {
  switch (of.kind) {
    case "not":
      return `! ${testText(of.inner)}`;
    case "and":
    case "or":
      return `${testText(of.left)} ${of.kind === "and" ? "&&" : "||"} ${testText(of.right)}`;
    case "unary":
      return `${of.operator} ${of.operand.source}`;
    case "binary":
      return `${of.left.source} ${of.operator} ${of.right.source}`;
    case "word":
      return of.word.source;
  }
}
