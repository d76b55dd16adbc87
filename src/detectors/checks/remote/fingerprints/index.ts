import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import { type Fingerprint, findFingerprint, loadFingerprints, type Product, wasLookedFor } from "../../../fingerprints/index.ts";
import type { RemoteView } from "../../../views/remote-view.ts";

/**
 * One check for each honeypot product whose fingerprints are known, since several of them on one host are one sign, not many.
 *
 * What no real product shows counts alone. What real products show sometimes counts only when at least two such signs of the same product,
 * each from another question or port, stand on one host: then their ratios are multiplied, and must come to something.
 */
const LEAST_TOGETHER = 5;
const MOST_TOGETHER = 60;

interface Found {
  readonly entry: Fingerprint;
  /** `tcp:22`. */
  readonly place: string;
}

/** Products of which nothing can be told from outside, or only one thing that real products show too, have no check. */
export const checks: readonly Check<RemoteView>[] = loadFingerprints().products.filter(canTell).map(productCheck);

function productCheck(product: Product): Check<RemoteView> {
  const entries = product.fingerprints.filter(isRemote);
  const protocols = [...new Set(entries.map(({ protocol }) => protocol).filter((one) => one !== "" && one !== "any"))];
  return {
    id: `fingerprint.${product.id}`,
    class: "kind",
    side: "remote",
    family: `fingerprint.${product.id}`,
    looksAt:
      protocols.length === 0 ? "which ports are open together" : `what ${protocols.join(", ")} answer${protocols.length > 1 ? "" : "s"}`,
    reason: `${product.title} as it is distributed answers so: ${lowerFirst(product.about)}`,
    ratio: Math.max(LEAST_TOGETHER, ...entries.filter(({ alsoReal }) => alsoReal === "never").map(({ ratio }) => ratio)),
    source: product.source,
    judge: (view) => judge(entries, view),
  };
}

function judge(entries: readonly Fingerprint[], view: RemoteView): Judgement {
  const looked = entries.filter((entry) => wasLookedFor(entry, view));
  if (looked.length === 0) return unknown("nothing was asked that the product answers in its own way");
  const found = looked.flatMap((entry) => findFingerprint(entry, view).map((place) => ({ entry, place })));
  const own = found.filter(({ entry }) => entry.alsoReal === "never");
  if (own.length > 0) return shown(named(own), Math.max(...own.map(({ entry }) => entry.ratio)));
  const apart = strongestOfEach(found);
  const together = apart.reduce((product, { entry }) => product * entry.ratio, 1);
  if (apart.length > 1 && together >= LEAST_TOGETHER) return shown(named(apart), Math.min(MOST_TOGETHER, together));
  return clean(
    `${looked.length} fingerprints looked for; ${found.length === 0 ? "none is there" : `only ${named(found)}, as on real hosts`}`,
  );
}

/** Of signs that one answer gave, the strongest: they stand and fall together. One sign on many ports is one. */
function strongestOfEach(found: readonly Found[]): readonly Found[] {
  const byAnswer = new Map<string, Found>();
  for (const one of [...found].sort((a, b) => b.entry.ratio - a.entry.ratio)) {
    const { sign, stimulus } = one.entry;
    const answer = sign.kind === "bytes" ? `${one.place} ${stimulus}` : `${one.place} ${sign.kind}`;
    const counted = byAnswer.has(answer) || [...byAnswer.values()].some(({ entry }) => entry.id === one.entry.id);
    if (!counted) byAnswer.set(answer, one);
  }
  return [...byAnswer.values()];
}

function named(found: readonly Found[]): string {
  return found
    .slice(0, 6)
    .map(({ entry, place }) => `${entry.id} (${place})`)
    .join(", ");
}

function canTell({ fingerprints }: Product): boolean {
  const remote = fingerprints.filter(isRemote).filter(({ sign }) => sign.kind !== "body");
  if (remote.some(({ alsoReal }) => alsoReal === "never")) return true;
  const answers = new Set(remote.map(({ protocol, stimulus, sign }) => `${protocol} ${stimulus} ${sign.kind}`));
  return answers.size > 1;
}

function isRemote({ side }: Fingerprint): boolean {
  return side === "remote";
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? `${text[0]?.toLowerCase()}${text.slice(1)}` : text;
}
