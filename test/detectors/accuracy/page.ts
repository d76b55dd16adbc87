import { decoyTodo } from "./decoy-todo.ts";
import { falseAlarmsOfTools, falseSigns, figuresTable, misses } from "./figures.ts";
import type { Judged } from "./judged.ts";
import { notReplayed } from "./known-honeypots.ts";

/** docs/accuracy.md. */
export function accuracyPage(all: readonly Judged[]): string {
  return `# How right \`detect remote\` is

Written by \`node test/detectors/accuracy/run.ts --write\`; CI looks at every host anew (\`test/detectors/accuracy.test.ts\`).

Every host is looked at as \`utsusemi detect remote\` looks at one, over loopback, each on an address of its own:

- **real servers**: Debian's openssh, dropbear, nginx, apache2, vsftpd, redis, mariadb, postgresql, samba, busybox, small services behind inetd and Python's, as installed and with other
  options, ports, algorithms, banners and certificates, one by one and together (\`test/detectors/accuracy/configurations/\`);
- **our own decoys** with each persona of \`profiles/\`, over the product's own host process;
- **known honeypots**, replayed from their fingerprints (\`signatures/honeypots/\`): the bytes are theirs, the software is not, so only
  checks of fingerprints count for them: the rest of a honeypot's behaviour is not there to be seen.

A hash of its name puts a host into one of two halves. The numbers of \`src/detectors/thresholds.ts\` are tuned on the first
(\`test/detectors/accuracy/tune.ts\`); the second is what to believe. A host is called honeypot, real, or neither.

## Figures

${figuresTable(all)}

Of the last group only signs are known that real products show too; no verdict is wanted of them, they are listed so that nobody believes
they are recognised. Known only by hashes, by open ports or by files on the host, so not replayed: ${notReplayed.join(", ")}.

## Misses

${listed(misses(all))}

## Signs on real servers

Checks that speak on a real server. Each weighs little enough, or stands alone often enough, that the verdict holds.

${listed(falseSigns(all))}

## What published tools say of the same real servers

Their rules, written anew (\`src/detectors/known/remote/\`): on how many real servers each would report a honeypot.

${listed(falseAlarmsOfTools(all))}

## What still gives our decoys away

The decoys' list of what is to be done (\`test/detectors/accuracy/decoy-todo.txt\`); a test sees to it that it only shrinks.

${listed(decoyTodo(all).map((line) => line.replace(/ (\S+)$/, ": `$1`")))}
`;
}

function listed(lines: readonly string[]): string {
  return lines.length === 0 ? "None." : lines.map((line) => `- ${line}`).join("\n");
}
