import type { RemoteView } from "../../views/remote-view.ts";
import type { KnownDetector } from "../known-detector.ts";
import { conversations, neverAsked, type PortHit, verdictOf } from "./answers.ts";
import { type Condition, type Template, templates } from "./nuclei-templates.ts";

/** Which of the public nuclei templates for honeypots would fire, on which port. */
export const nucleiHoneypots: KnownDetector<RemoteView> = {
  id: "nuclei",
  title: "nuclei, its templates for honeypots",
  version: "templates of 2026",
  source: "projectdiscovery/nuclei-templates: network/honeypot, http/honeypot",
  runAs: "anyone",
  judge: (view) =>
    verdictOf(
      templates.flatMap((template) => fired(view, template)),
      { nothing: "no template fires", lacking: neverAsked(view, ["null", "ssh.bad-version", "http.get"]) },
    ),
};

/** Where a template fires. */
export function fired(view: RemoteView, { id, asked, has }: Template): readonly PortHit[] {
  return conversations(view, [asked])
    .filter(({ text }) => text !== "" && has.every((condition) => holds(condition, text)))
    .map(({ port }) => ({ port, says: id, because: `answer to ${asked}` }));
}

function holds({ part, anyOf, allOf, noneOf, pattern, shorterThan }: Condition, answer: string): boolean {
  const text = partOf(answer, part);
  return (
    (anyOf?.some((one) => text.includes(one)) ?? true) &&
    (allOf?.every((one) => text.includes(one)) ?? true) &&
    !(noneOf?.some((one) => text.includes(one)) ?? false) &&
    (pattern?.test(text) ?? true) &&
    (shorterThan === undefined || text.length < shorterThan)
  );
}

/** Parts of an HTTP answer; what is no HTTP answer has none of them. */
function partOf(answer: string, part: Condition["part"]): string {
  if (part === undefined) return answer;
  const end = answer.search(/\r?\n\r?\n/);
  const head = end < 0 ? answer : answer.slice(0, end);
  if (part === "status") return /^HTTP\/[\d.]+ (\d{3})/.exec(head)?.[1] ?? "";
  return part === "header" ? head : end < 0 ? "" : answer.slice(end).replace(/^\r?\n\r?\n/, "");
}
