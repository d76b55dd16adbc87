import type { Check } from "../../src/detectors/check.ts";
import { classTitles, SIDES, TRAIT_CLASSES } from "../../src/detectors/classification.ts";
import type { KnownDetector } from "../../src/detectors/known/known-detector.ts";
import { localDetectors } from "../../src/detectors/local-detectors.ts";
import { remoteDetectors } from "../../src/detectors/remote-detectors.ts";

/** docs/checks.md: every check by class and side, and every known detector. */
export function checksPage(): string {
  const checks = [...localDetectors.checks, ...remoteDetectors.checks];
  return [
    "# Checks",
    "",
    "<!-- Made by `npm run docs` from src/detectors. -->",
    "",
    `What \`utsusemi detect\` looks at: ${checks.length} checks and ${localDetectors.known.length + remoteDetectors.known.length} known detectors. The factor says how many times likelier a sign is on a honeypot than on`,
    "an ordinary host; of one family the strongest counts whole and the others a third, and each class is capped (`src/detectors/thresholds.ts`).",
    "",
    ...TRAIT_CLASSES.flatMap((one) =>
      SIDES.flatMap((side) =>
        section(
          `${classTitles[one]}, ${side}`,
          checks.filter((check) => check.class === one && check.side === side),
        ),
      ),
    ),
    "## Known detectors",
    "",
    "Each is written anew from its rules, as a function of a view.",
    "",
    "| detector | side | version | runs as | source |",
    "|---|---|---|---|---|",
    ...localDetectors.known.map((detector) => knownRow(detector, "local")),
    ...remoteDetectors.known.map((detector) => knownRow(detector, "remote")),
    "",
  ].join("\n");
}

function section(
  title: string,
  checks: readonly Pick<Check<never>, "id" | "looksAt" | "reason" | "ratio" | "source" | "family">[],
): readonly string[] {
  if (checks.length === 0) return [];
  const rows = checks.map(
    ({ id, looksAt, reason, ratio, family, source }) =>
      `| \`${id}\` | ${family} | ${cell(looksAt)} | ${cell(reason)} | ${ratio} | ${cell(source)} |`,
  );
  return [`## ${title}`, "", "| check | family | looks at | why it shows | factor | source |", "|---|---|---|---|---|---|", ...rows, ""];
}

function knownRow({ id, version, runAs, source }: Pick<KnownDetector<never>, "id" | "version" | "runAs" | "source">, side: string): string {
  return `| \`${id}\` | ${side} | ${cell(version)} | ${runAs} | ${cell(source)} |`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
