import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TypedTerminal } from "../testing/terminal.ts";

const PROMPT = "-bash-5.2# ";
const ON = "\x1b[?2004h";
const OFF = "\x1b[?2004l\r";

function atPrompt() {
  const terminal = new TypedTerminal();
  terminal.peer.clock.advance(10);
  const greeting = terminal.take();
  return { terminal, greeting };
}

/** What a typed line prints after itself, up to the next prompt. */
function answer(terminal: TypedTerminal, line: string, forMs = 100): string {
  const seen = terminal.type(`${line}\r`, forMs);
  const start = `${line}\r\n${OFF}`;
  assert.ok(seen.startsWith(start), JSON.stringify(seen));
  assert.ok(seen.endsWith(`${ON}${PROMPT}`), JSON.stringify(seen));
  return seen.slice(start.length, -`${ON}${PROMPT}`.length);
}

describe("a visitor's terminal", () => {
  it("greets with the message of the day, the last login and a prompt", () => {
    const { greeting } = atPrompt();
    assert.match(
      greeting,
      /^Linux willow 6\.1\.0-35-amd64 #1 SMP .* x86_64\r\nLast login: \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d 2026 from 192\.0\.2\.\d+\r\n/,
    );
    assert.ok(greeting.endsWith(`${ON}${PROMPT}`));
  });

  it("runs lines, and remembers them", () => {
    const { terminal } = atPrompt();
    assert.equal(answer(terminal, "echo hi"), "hi\r\n");
    assert.ok(terminal.type("\x1b[A\r").startsWith(`echo hi\r\n${OFF}hi\r\n`));
    assert.match(answer(terminal, "history"), /^ {4}1 {2}echo hi\r\n {4}2 {2}echo hi\r\n {4}3 {2}history\r\n$/);
  });

  it("edits with the keys of emacs", () => {
    const { terminal } = atPrompt();
    assert.ok(terminal.type("cho one two\x01e\x05\x17three\r").endsWith(`${OFF}one three\r\n${ON}${PROMPT}`));
    assert.ok(terminal.type("echo abc\x1b[D\x1b[D\x0b\x19\x19\r").includes("abcbc"));
    assert.ok(terminal.type("echo x\x15echo y\r").includes(`${OFF}y\r\n`));
  });

  it("finds commands and paths with Tab, and lists them at the second", () => {
    const { terminal } = atPrompt();
    assert.ok(terminal.type("cat /etc/host\t").endsWith("\x07"));
    assert.match(terminal.type("\t"), /\r\nhostname {2}hosts *\r\n-bash-5\.2# cat \/etc\/host$/);
    assert.equal(terminal.type("n\t"), "name ".replace(/^n/, "n"));
    assert.ok(terminal.type("\r").includes("willow\r\n"));
  });

  it("^C drops the line, and ends what runs in the foreground", () => {
    const { terminal } = atPrompt();
    assert.equal(terminal.type("abc\x03"), `abc^C\r\n${OFF}${ON}${PROMPT}`);
    terminal.type("sleep 1000\r");
    assert.equal(terminal.type("\x03"), `^C\r\n${ON}${PROMPT}`);
    assert.equal(answer(terminal, "echo $?"), "130\r\n");
  });

  it("^C ends an endless loop of the shell itself", () => {
    const { terminal } = atPrompt();
    terminal.running.input(Buffer.from("while :; do :; done\r"));
    assert.doesNotMatch(terminal.take(), /# $/);
    assert.ok(terminal.type("\x03", 0).endsWith(`${ON}${PROMPT}`) || terminal.type("", 5).endsWith(`${ON}${PROMPT}`));
  });

  it("stops a job with ^Z, and goes on with it in the background and the foreground", () => {
    const { terminal } = atPrompt();
    terminal.type("sleep 5\r");
    assert.equal(terminal.type("\x1a"), `^Z\r\n[1]+  Stopped                 sleep 5\r\n${ON}${PROMPT}`);
    assert.equal(answer(terminal, "bg"), "[1]+ sleep 5 &\r\n");
    assert.equal(answer(terminal, "jobs"), "[1]+  Running                 sleep 5 &\r\n");
    terminal.peer.clock.advance(6000);
    assert.equal(answer(terminal, ""), "[1]+  Done                    sleep 5\r\n");
  });

  it("asks for the rest of an incomplete command", () => {
    const { terminal } = atPrompt();
    assert.equal(terminal.type("for i in 1 2; do\r"), `for i in 1 2; do\r\n${OFF}${ON}> `);
    assert.ok(terminal.type("echo $i; done\r").includes(`${OFF}1\r\n2\r\n`));
  });

  it("tells mistakes without a line number", () => {
    const { terminal } = atPrompt();
    assert.equal(answer(terminal, "nosuch"), "-bash: nosuch: command not found\r\n");
    assert.equal(answer(terminal, ")"), "-bash: syntax error near unexpected token `)'\r\n");
  });

  it("echoes and edits in the kernel while a program reads", () => {
    const { terminal } = atPrompt();
    terminal.type("cat\r");
    assert.equal(terminal.type("ab\x7fc\r"), "ab\b \bc\r\nac\r\n");
    assert.equal(terminal.type("\x04"), `${ON}${PROMPT}`);
  });

  it("reports each line that was entered, and the programs that are missing", () => {
    const { terminal } = atPrompt();
    answer(terminal, "nosuch -x");
    const told = terminal.peer.observations().filter((one) => one.kind === "command.input" || one.kind === "command.unknown");
    assert.deepEqual(told, [
      { kind: "command.input", fields: { line: "nosuch -x", interactive: true, directory: "/root" } },
      { kind: "command.unknown", fields: { program: "nosuch" } },
    ]);
  });

  it("ends with logout at ^D, and with the status of exit", () => {
    const { terminal } = atPrompt();
    assert.equal(terminal.type("\x04"), `${OFF}logout\r\n`);
    assert.deepEqual(terminal.exit, { code: 0 });
    const other = atPrompt().terminal;
    other.type("exit 7\r");
    assert.deepEqual(other.exit, { code: 7 });
  });

  it("shows the same whether keys come one by one or all at once", () => {
    const text = "echo one\recho tw\x7fwo | cat\rexit\r";
    const whole = atPrompt().terminal;
    whole.type(text, 500);
    const single = atPrompt().terminal;
    for (const key of text) single.type(key, 20);
    assert.deepEqual(single.exit, whole.exit);
  });
});
