/**
 * Prints which numbers for `src/detectors/thresholds.ts` part real hosts from honeypots best on the tuning half of the labelled set.
 *
 *     node test/detectors/accuracy/run.ts --views FOLDER && node test/detectors/accuracy/tune.ts FOLDER
 *
 * The other half is not looked at here.
 */
import { assess, familiesLooked } from "../../../src/detectors/assess.ts";
import { thresholds } from "../../../src/detectors/thresholds.ts";
import { type Judged, judge } from "./judged.ts";
import { savedViews } from "./saved-views.ts";
import { subjects } from "./subjects.ts";

const PARTS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1];

const folder = process.argv[2] ?? "views";
const tuning = savedViews(folder, subjects)
  .map(judge)
  .filter(({ half }) => half === "tuning");
const real = tuning.filter(({ subject }) => subject.group === "real server");
const honeypots = tuning.filter(({ subject }) => subject.want === "honeypot");

process.stdout.write(`${real.length} real servers, ${honeypots.length} honeypots of the tuning half\n\n`);
process.stdout.write("furtherOfFamily  highest real  lowest honeypot  margin (log odds)\n");
for (const furtherOfFamily of PARTS) {
  const [highest, lowest] = [Math.max(...real.map(logOddsWith(furtherOfFamily))), Math.min(...honeypots.map(logOddsWith(furtherOfFamily)))];
  const cells = [furtherOfFamily, likelihood(highest).toFixed(4), likelihood(lowest).toFixed(4), (lowest - highest).toFixed(2)];
  process.stdout.write(`${cells.map((cell) => `${cell}`.padEnd(16)).join(" ")}\n`);
}

const likelihoods = real.map(logOddsWith(thresholds.furtherOfFamily)).map(likelihood);
const highest = Math.max(...likelihoods);
const lowest = likelihood(Math.min(...honeypots.map(logOddsWith(thresholds.furtherOfFamily))));
process.stdout.write(
  `\nwith furtherOfFamily ${thresholds.furtherOfFamily}: honeypotFrom above ${highest.toFixed(4)} and up to ${lowest.toFixed(4)}; `,
);
process.stdout.write(`realUpTo from ${quantile(likelihoods, 0.95).toFixed(4)} (95 in 100 real servers) to ${highest.toFixed(4)} (all); `);
process.stdout.write(`leastFamilies up to ${Math.min(...real.map(({ detection }) => familiesLooked(detection.findings)))}\n`);

function logOddsWith(furtherOfFamily: number): (judged: Judged) => number {
  return ({ detection }) => {
    const { likelihood: value } = assess(detection.findings, { ...thresholds, furtherOfFamily });
    return Math.log(value) - Math.log1p(-value);
  };
}

function likelihood(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
