/**
 * systemd.syntax(7), as systemd reads it itself (src/shared/conf-parser.c): unit files and their drop-ins, in their order, as one list of
 * assignments. Nothing is interpreted here: what an empty value resets is up to each setting.
 */
export interface Assignment {
  readonly section: string;
  readonly name: string;
  readonly value: string;
}

/** What systemd itself ignores is left out: lines outside a section, without a name, not UTF-8; and all behind a broken section's name. */
export function readUnitText(text: string): readonly Assignment[] {
  const found: Assignment[] = [];
  let section: string | undefined;
  for (const line of joinedLines(text)) {
    if (line.startsWith("[") && !line.endsWith("]")) return found;
    if (line.startsWith("[")) section = line.slice(1, -1);
    else if (section !== undefined) found.push(...assignmentIn(section, line));
  }
  return found;
}

function assignmentIn(section: string, line: string): readonly Assignment[] {
  const at = line.indexOf("=");
  if (at <= 0 || line.includes("\uFFFD")) return [];
  return [{ section, name: line.slice(0, at).trim(), value: line.slice(at + 1).trim() }];
}

/** A backslash at the end becomes a space, and the next line that is no comment follows it as it is. */
function joinedLines(text: string): readonly string[] {
  const lines: string[] = [];
  let begun = "";
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n|\r|\0/)) {
    if (/^[ \t]*[#;]/.test(line)) continue;
    const whole = begun + line;
    const goesOn = isEscaping(whole);
    if (!goesOn) lines.push(whole.trim());
    begun = goesOn ? `${whole.slice(0, -1)} ` : "";
  }
  lines.push(begun.trim());
  return lines.filter((line) => line !== "");
}

/** Whether the last backslash escapes the end of the line, and not another backslash. */
function isEscaping(line: string): boolean {
  return (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1;
}

/** A unit with all its drop-ins. */
export class UnitSettings {
  readonly #assignments: readonly Assignment[];

  constructor(texts: readonly string[]) {
    this.#assignments = texts.flatMap(readUnitText);
  }

  /** Every value that was given, empty ones included. */
  given(name: string, section = "Service"): readonly string[] {
    return this.#assignments.filter((one) => one.section === section && one.name === name).map(({ value }) => value);
  }

  /** Of a setting that has one value: the last, unless that is empty. */
  last(name: string, section = "Service"): string | undefined {
    const value = this.given(name, section).at(-1);
    return value === "" ? undefined : value;
  }

  /** Of a setting that has many: those since the last empty one. */
  list(name: string, section = "Service"): readonly string[] {
    const values = this.given(name, section);
    return values.slice(values.lastIndexOf("") + 1);
  }

  /** systemd's own words for true. */
  is(name: string, section = "Service"): boolean {
    return /^(1|yes|y|true|t|on)$/i.test(this.last(name, section) ?? "");
  }
}
