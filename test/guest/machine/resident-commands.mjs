/**
 * The command line, kept running: loading it takes seconds on an emulated processor. A line on standard input is a command's words, as JSON; its
 * status and what it printed go into the file that is named.
 *
 *     node resident-commands.mjs CHECKOUT ANSWER-FILE
 */
import { renameSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [checkout, answerFile] = process.argv.slice(2);
const { main } = await import(`${checkout}/src/cli/main.ts`);
const done = process.stdout.write.bind(process.stdout);
for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0);

let printed = "";
const keep = (text) => {
  printed += text;
  return true;
};
process.stdout.write = keep;

done("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  printed = "";
  let said = "";
  process.stderr.write = (text) => {
    said += text;
    return true;
  };
  process.exitCode = 0;
  await main(JSON.parse(line));
  writeFileSync(`${answerFile}.new`, JSON.stringify({ status: process.exitCode ?? 0, printed, said }));
  renameSync(`${answerFile}.new`, answerFile);
}
