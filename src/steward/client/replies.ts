import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { OperatorError } from "../../errors/operator-error.ts";
import { type Reply, refused } from "../process/messages.ts";
import type { Sight, StewardApi, VerbName } from "../verbs/api.ts";

export function sendRequest<Name extends VerbName>(socket: Socket, name: Name, asked: StewardApi[Name]["asked"]): void {
  socket.write(`${JSON.stringify({ verb: name, arguments: asked })}\n`);
}

/** What is heard before the answer. */
export interface Heard {
  readonly onProgress?: (text: string) => void;
  readonly onSight?: (sight: Sight) => void;
}

/** @throws OperatorError what the steward refuses; `steward-down` where it ends before */
export async function answerOf<Answer>(socket: Readable, { onProgress, onSight }: Heard): Promise<Answer> {
  for await (const line of linesOf(socket)) {
    const reply: Reply<Answer> = JSON.parse(line);
    if (reply.line === "progress") onProgress?.(reply.text);
    else if (reply.line === "sight") onSight?.(reply.sight);
    else if (reply.line === "refused") throw refused(reply);
    else return reply.answer;
  }
  throw new OperatorError("steward-down", "The steward ended before it answered.", {
    next: "Ask for the status: `utsusemi disguise status`; what was half done is undone at its next start.",
  });
}

async function* linesOf(socket: Readable): AsyncGenerator<string> {
  socket.setEncoding("utf8");
  let rest = "";
  try {
    for await (const chunk of socket) {
      const lines = `${rest}${String(chunk)}`.split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch (cause) {
    throw new OperatorError("steward-down", "The steward ended before it answered.", { cause });
  }
}
