/** An HTTP answer taken apart, as it came: order, case and line ends of the header kept. */
export interface HttpAnswer {
  /** `1.1`. */
  readonly version: string;
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  /** Line end of the status line. */
  readonly lineEnd: "\r\n" | "\n";
}

const MOST_HEADERS = 200;

/** Undefined: this is no HTTP/1 answer. */
export function httpAnswer(text: string | undefined): HttpAnswer | undefined {
  const start = /^HTTP\/(\d(?:\.\d)?) (\d{3})[^\n]*\n/.exec(text ?? "");
  if (text === undefined || start === null) return undefined;
  const end = text.search(/\r?\n\r?\n/);
  const head = end < 0 ? text : text.slice(0, end);
  const lines = head.split("\n").slice(1, MOST_HEADERS);
  const headers = lines.flatMap((line): readonly (readonly [string, string])[] => {
    const colon = line.indexOf(":");
    return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()]];
  });
  const body = end < 0 ? "" : text.slice(end).replace(/^\r?\n\r?\n/, "");
  return { version: start[1] ?? "", status: Number(start[2]), headers, body, lineEnd: start[0].endsWith("\r\n") ? "\r\n" : "\n" };
}

export function header({ headers }: HttpAnswer, name: string): string | undefined {
  return headers.find(([one]) => one.toLowerCase() === name)?.[1];
}

/** The product in a Server header, lower case: `nginx`, `apache`, `microsoft-iis`. */
export function serverProduct(answer: HttpAnswer): string | undefined {
  return /^[\w-]+/.exec(header(answer, "server") ?? "")?.[0].toLowerCase();
}
