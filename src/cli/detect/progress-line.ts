/** One line on standard error that is written over again and again; nothing where nobody watches. */
export interface ProgressLine {
  show(words: string): void;
  clear(): void;
}

export function progressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined };
  return {
    show: (words) => stream.write(`\r\u001b[K${words.slice(0, (stream.columns ?? 80) - 1)}`),
    clear: () => stream.write("\r\u001b[K"),
  };
}
