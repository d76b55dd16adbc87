import type { Execution, Process } from "../../program.ts";

/** Asks for a password: from the terminal without echo, or from a pipe. Undefined at the end of input. */
export function* askSecret(process: Process, prompt: string): Execution<string | undefined> {
  const { terminal } = process;
  const out = process.isTerminal(2) ? 2 : process.isTerminal(1) ? 1 : 2;
  yield* process.write(out, prompt);
  const echoes = terminal?.settings.flags.has("echo") === true && process.isTerminal(0);
  if (echoes) terminal.settings.flags.delete("echo");
  const line = yield* process.readLine(0);
  if (echoes) terminal.settings.flags.add("echo");
  yield* process.write(out, "\n");
  return line?.replace(/\n$/, "");
}

const LETTERS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** A field for /etc/shadow in the form that the system's passwd writes. It is noise: nothing here tells passwords from each other by it. */
export function shadowField(process: Process): string {
  const letters = (count: number) => Array.from(process.system.random(count), (byte) => LETTERS.charAt(byte.charCodeAt(0) & 63)).join("");
  const { distribution } = process.system.machine;
  if (process.flavour === "busybox") return `$1$${letters(8)}$${letters(22)}`;
  return distribution === "rocky" ? `$6$${letters(16)}$${letters(86)}` : `$y$j9T$${letters(22)}$${letters(43)}`;
}
