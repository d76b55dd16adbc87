import type { Regex } from "../../regex/regex.ts";

/** As many fields as a record may have. */
const MAX_FIELDS = 100_000;
const MAX_STEPS = 2_000_000;

/** Fields of a text: " " means runs of blanks, another byte that byte, anything longer a regular expression. */
export function splitText(text: string, separator: string, regex: Regex | undefined): readonly string[] {
  if (text === "") return [];
  if (separator === " ") return text.split(/[ \t\n]+/).filter((field) => field !== "");
  if (separator === "") return Array.from(text);
  if (separator === "\t" || (separator.length === 1 && separator !== "\\" && regex === undefined)) return text.split(separator);
  return regex === undefined ? [text] : splitByRegex(text, regex);
}

function splitByRegex(text: string, regex: Regex): readonly string[] {
  const fields: string[] = [];
  let at = 0;
  let steps = 0;
  for (let from = 0; from < text.length && fields.length < MAX_FIELDS && steps < MAX_STEPS; ) {
    const { match, steps: used } = regex.findNow(text, { from }, MAX_STEPS);
    steps += used;
    if (match === undefined) break;
    from = Math.max(match.end, match.start + 1);
    if (match.end === match.start) continue;
    fields.push(text.slice(at, match.start));
    at = match.end;
  }
  fields.push(text.slice(at));
  return fields;
}
