import { basename, join } from "node:path";
import { OperatorError } from "../../errors/operator-error.ts";
import { mistakeLine, readYaml } from "../../shape/checked-yaml.ts";
import { checkShape, type Problem, type Shape } from "../../shape/shape.ts";
import type { Stimulus } from "../stimuli/stimulus.ts";
import type { Fingerprint, Product } from "./fingerprint.ts";
import { entryProblems, type ProductFile, productShape, stimuliShape } from "./fingerprint-shape.ts";
import { StimulusBook } from "./gather-stimuli.ts";
import { makeFingerprint } from "./make-fingerprint.ts";
import { type RawFile, readFolder } from "./read-once.ts";

/** Everything that is known of honeypots' fingerprints. */
export interface Fingerprints {
  readonly products: readonly Product[];
  readonly all: readonly Fingerprint[];
  /** What has to be said for them, each sequence of bytes once; `null` is not among them, since every detection has it. */
  readonly stimuli: readonly Stimulus[];
}

/** Where this checkout keeps them: a file a product, and what several ask in `shared/`. */
export const fingerprintsFolder = join(import.meta.dirname, "..", "..", "..", "signatures", "honeypots");

const keptFile = join(import.meta.dirname, "..", "..", "..", ".cache", "fingerprints.json");

let kept: Fingerprints | undefined;

/** The fingerprints of this checkout, read once. @throws OperatorError `fingerprints-invalid`, a line for each mistake. */
export function loadFingerprints(): Fingerprints {
  kept ??= readFingerprints(fingerprintsFolder, keptFile);
  return kept;
}

/** What has to be said to a host to find them. */
export function fingerprintStimuli(): readonly Stimulus[] {
  return loadFingerprints().stimuli;
}

/** What intruders find on the host itself, for local checks. */
export function localArtefacts(): readonly Fingerprint[] {
  return loadFingerprints().all.filter(({ side }) => side === "local");
}

/**
 * Reads a folder of fingerprints.
 *
 * @param kept where to keep what was read, for the next time
 * @throws OperatorError as above
 */
export function readFingerprints(folder: string, kept?: string): Fingerprints {
  const files = readFolder(folder, kept);
  const mistakes: string[] = [];
  const shared = files.filter(isShared).flatMap((file) => checked(file, stimuliShape, mistakes)?.stimuli ?? []);
  const book = new StimulusBook(shared);
  const products = files
    .filter((file) => !isShared(file))
    .flatMap((file) => {
      const value = checked(file, productShape, mistakes);
      if (value === undefined) return [];
      mistakes.push(...located(file, [...entryProblems(value, book.names), ...namedOtherwise(value, file.name)]));
      return [productFrom(value, book)];
    });
  const all = products.flatMap(({ fingerprints }) => fingerprints);
  const ids = all.map(({ id }) => id);
  mistakes.push(...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${id} stands there twice`));
  if (mistakes.length > 0) throw new OperatorError("fingerprints-invalid", mistakes.join("\n"));
  return { products, all, stimuli: book.stimuli };
}

function isShared({ name }: RawFile): boolean {
  return name.startsWith("shared/");
}

function productFrom(file: ProductFile, book: StimulusBook): Product {
  const fingerprints = file.entries.map((entry) => makeFingerprint(file, entry, book.idFor(entry)));
  return { id: file.product, title: file.title, about: file.about, source: file.source, fingerprints };
}

function namedOtherwise({ product }: ProductFile, name: string): readonly Problem[] {
  return `${product}.yaml` === name ? [] : [{ path: ["product"], why: `must be ${basename(name, ".yaml")}, as its file is named` }];
}

function checked<T>(file: RawFile, shape: Shape<T>, mistakes: string[]): T | undefined {
  const { value, problems } = checkShape(shape, file.value);
  if (problems.length === 0) return value;
  mistakes.push(...located(file, problems));
  return undefined;
}

/** Lines are looked up only now that somebody has to find them. */
function located({ name, text }: RawFile, problems: readonly Problem[]): readonly string[] {
  if (problems.length === 0) return [];
  const yaml = readYaml(text);
  const found = yaml.syntax.length > 0 ? yaml.syntax : problems.map(yaml.locate);
  return found.map((mistake) => mistakeLine(name, mistake));
}
