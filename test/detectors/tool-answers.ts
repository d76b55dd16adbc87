import { asking } from "../../src/detectors/known/local/asked.ts";
import { dmidecodeString, dmidecodeText, KEYWORDS, readDmi } from "../../src/detectors/known/local/dmidecode.ts";
import { lscpu } from "../../src/detectors/known/local/lscpu.ts";
import { type Mode, type SystemdAnswer, systemdDetectVirt } from "../../src/detectors/known/local/systemd-detect-virt.ts";
import { virtWhat } from "../../src/detectors/known/local/virt-what.ts";
import type { LocalView } from "../../src/detectors/views/local-view.ts";
import type { Contents } from "../../src/detectors/views/memory-files.ts";
import { type ShowOptions, showView } from "./show-view.ts";

/** What the tools print in front of a view, by tool and option: once asked of the real ones, once predicted by ours. */
export type Answers = Readonly<Record<string, string>>;

const MODES: Readonly<Record<string, Mode>> = {
  "systemd-detect-virt": "any",
  "systemd-detect-virt --vm": "vm",
  "systemd-detect-virt --container": "container",
};
const SYSTEMD = Object.keys(MODES);
const STRINGS = Object.keys(KEYWORDS).map((keyword) => `dmidecode -s ${keyword}`);
const TEXT = "dmidecode -t 0,1,2,3";
const LSCPU = "LC_ALL=C lscpu";
const MARK = "\u0001\u0002 ";

/**
 * All tools, one after the other, in one namespace.
 *
 * @param under a program with its arguments that starts the tools' shell: a tracer.
 */
export function askRealTools(changes: Contents, options: ShowOptions = {}, under: readonly string[] = []): Answers {
  const asRoot = options.asNobody === true ? [] : ["virt-what", ...(changesFirmware(changes) ? [...STRINGS, TEXT] : [])];
  const plain = [...asRoot, LSCPU].map((command) => `printf '${MARK}${command}\\n'; ${command} 2>/dev/null`);
  const withStatus = SYSTEMD.map((command) => `printf '${MARK}${command}\\n'; ${command} 2>&1; printf 'status %s\\n' $?`);
  const { stdout, stderr, status } = showView(changes, [...under, "sh", "-c", [...withStatus, ...plain, "true"].join("\n")], options);
  if (status !== 0 || !stdout.includes(MARK)) throw new Error(`the view was not shown: ${stderr}`);
  const sections = stdout
    .split(MARK)
    .slice(1)
    .map((section): [string, string] => {
      const end = section.indexOf("\n");
      return [section.slice(0, end), section.slice(end + 1)];
    });
  return Object.fromEntries(sections.map(([name, text]) => [name, trimmed(name, text)]));
}

/** dmidecode is asked only where it has something new to say: it is a program for each keyword. */
export function changesFirmware(changes: Contents): boolean {
  return Object.keys(changes).some((path) => path.startsWith("/sys/firmware/dmi")) && !("/usr/libexec/virt-what-cpuid-helper" in changes);
}

/** What is said when no structure follows. */
const NO_TABLE = /^# dmidecode (?:.|\n)*$/;

/** Only what is predicted: lscpu's lines about virtualization, dmidecode's structures without what comes before them. */
function trimmed(name: string, text: string): string {
  if (name === LSCPU)
    return text.replace(/^(?!Virtualization:|Virtualization type:|Hypervisor:|Hypervisor vendor:).*\n?/gm, "").replace(/: +/g, ": ");
  if (name === TEXT)
    return text
      .slice(Math.max(0, text.indexOf("Handle 0x")))
      .replace(NO_TABLE, "")
      .trimEnd();
  return text;
}

export function predictAnswers(view: LocalView): Answers {
  const systemd = Object.entries(MODES).map(([name, mode]) => [name, systemdText(systemdDetectVirt(view, mode))]);
  return Object.fromEntries([
    ...systemd,
    ["virt-what", ended(virtWhat(view).facts)],
    ...dmiAnswers(view),
    [LSCPU, ended(lscpu(view).lines)],
  ]);
}

function systemdText({ says, status }: SystemdAnswer): string {
  return `${says}\nstatus ${status}\n`;
}

function dmiAnswers(view: LocalView): readonly (readonly [string, string])[] {
  const reading = readDmi(asking(view));
  const strings = Object.keys(KEYWORDS).map((keyword): [string, string] => [
    `dmidecode -s ${keyword}`,
    reading === undefined ? "" : ended(dmidecodeString(reading, keyword)),
  ]);
  return [...strings, [TEXT, reading === undefined ? "" : dmidecodeText(reading, [0, 1, 2, 3]).trimEnd()]];
}

function ended(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
