import { codes } from "../../src/errors/codes.ts";

/** docs/errors.md: every error that an operator can put right. */
export function errorsPage(): string {
  return [
    "# Errors",
    "",
    "What an operator can put right has a code, a sentence that says what is wrong, and what to do next. The command ends with status 1;",
    "a fault of ours ends it with status 2 and a stack. This page is made from `src/errors/codes.ts`.",
    "",
    "| code | meaning | what to do |",
    "|---|---|---|",
    ...Object.entries(codes).map(([code, { meaning, next }]) => `| \`${code}\` | ${meaning} | ${next} |`),
    "",
  ].join("\n");
}
