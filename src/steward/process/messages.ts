import { codes, type ErrorCode } from "../../errors/codes.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import { checkShape, object, type Shape, text } from "../../shape/shape.ts";
import { parseJson } from "../../wire/parse-json.ts";
import type { Sight } from "../verbs/api.ts";

/**
 * What goes over the steward's socket: one request, a line of JSON; then lines of JSON, the last of which is an answer or a refusal.
 *
 *     > {"verb":"disguise.status","arguments":{}}
 *     < {"line":"progress","text":"Looking at this host"}
 *     < {"line":"sight","sight":{...}}   as often as there is something to see, to who watches
 *     < {"line":"answer","answer":{...}}   or   {"line":"refused","code":"rights-missing","message":"...","next":"..."}
 */
export interface Request {
  readonly verb: string;
  readonly arguments?: unknown;
}

export type Reply<Answer = object> =
  | { readonly line: "progress"; readonly text: string }
  | { readonly line: "sight"; readonly sight: Sight }
  | { readonly line: "answer"; readonly answer: Answer }
  | { readonly line: "refused"; readonly code: string; readonly message: string; readonly next: string };

/** A request is at most so long, its line end included. */
export const MOST_BYTES = 64 * 1024;

const anything: Shape<unknown> = {
  summary: "what the verb takes",
  allowed: "anything",
  optional: false,
  standard: undefined,
  check: (value) => value,
};

const requestShape = object("a request", {
  verb: text("a verb", { pattern: /^[a-z]+(?:[.-][a-z]+)*$/, maxLength: 60 }),
  arguments: anything,
});

/** A refusal where it is no request. */
export function parseRequest(line: string): Request | Reply {
  const value = parseJson(line);
  if (value === undefined) return refusal(new OperatorError("steward-refused", "That is no JSON."));
  const checked = checkShape(requestShape, value);
  if (checked.value !== undefined) return checked.value;
  const mistakes = checked.problems.slice(0, 5).map(({ path, why }) => `${path.join(".") || "the request"} ${why}`);
  return refusal(new OperatorError("steward-refused", `That is no request: ${mistakes.join("; ")}.`));
}

export function refusal({ code, message, next }: OperatorError): Reply {
  return { line: "refused", code, message, next };
}

export function encodeReply(reply: Reply): string {
  return `${JSON.stringify(reply)}\n`;
}

/** The same error, on the side of who asked. */
export function refused({ code, message, next }: Extract<Reply, { line: "refused" }>): OperatorError {
  return new OperatorError(isCode(code) ? code : "steward-refused", message, { next });
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(codes, code);
}
