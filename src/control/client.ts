import { type IncomingMessage, request } from "node:http";
import { OperatorError } from "../errors/operator-error.ts";

/** Asks a running sensor over its Unix socket. */
export interface ControlClient {
  /** One JSON answer. */
  json(path: string): Promise<unknown>;
  /** What is answered to a change. Throws what the sensor refuses, by `refusal`. */
  post(path: string, body: object, refusal: (status: number, error: string) => OperatorError): Promise<unknown>;
  /** Every line of an answer, parsed, as it comes; empty lines are left out. */
  lines(path: string): AsyncGenerator<unknown>;
  /** The answer as it is; undefined: there is no such thing. */
  text(path: string): Promise<string | undefined>;
}

/** Throws `sensor-down` when nobody answers on `socket`. */
export function controlClient(socket: string): ControlClient {
  return {
    json: async (path) => JSON.parse(await whole(await get(socket, path))),
    post: async (path, body, refusal) => {
      const response = await get(socket, path, JSON.stringify(body));
      const answer: unknown = JSON.parse(await whole(response));
      if (response.statusCode === 200) return answer;
      const why = typeof answer === "object" && answer !== null && "error" in answer ? String(answer.error) : "it said no more";
      throw refusal(response.statusCode ?? 0, why);
    },
    text: async (path) => {
      const response = await get(socket, path);
      const body = await whole(response);
      return response.statusCode === 200 ? body : undefined;
    },
    lines: (path) => linesOf(socket, path),
  };
}

/** Whether a sensor answers. */
export async function sensorAnswers(socket: string): Promise<boolean> {
  try {
    await whole(await get(socket, "/v1/status"));
    return true;
  } catch (error) {
    if (error instanceof OperatorError) return false;
    throw error;
  }
}

async function* linesOf(socket: string, path: string): AsyncGenerator<unknown> {
  const response = await get(socket, path);
  response.setEncoding("utf8");
  let rest = "";
  try {
    for await (const chunk of response) {
      const lines = `${rest}${String(chunk)}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") yield JSON.parse(line);
    }
  } catch (cause) {
    if (response.aborted || response.destroyed) throw new OperatorError("sensor-down", "The sensor ended.", { cause });
    throw cause;
  }
}

/** @param body JSON; with it something is changed */
function get(socket: string, path: string, body?: string): Promise<IncomingMessage> {
  const sending = body === undefined ? {} : { "content-type": "application/json", "x-utsusemi-uid": String(process.getuid?.() ?? 0) };
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const asked = request({ socketPath: socket, path, method, headers: { host: "localhost", ...sending } }, resolve);
    asked.on("error", (cause) => reject(new OperatorError("sensor-down", `No sensor answers on ${socket}: ${cause.message}.`, { cause })));
    asked.end(body);
  });
}

async function whole(response: IncomingMessage): Promise<string> {
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return text;
}
