import type { Example } from "../../../../check.ts";
import { type Fingerprint, loadFingerprints, type Product } from "../../../../fingerprints/index.ts";
import type { RemoteView } from "../../../../views/remote-view.ts";
import { checks } from "../index.ts";
import { viewShowing, viewWithout } from "./shown-view.ts";

/** For each product a host that shows what it shows, and one that was asked the same and answers otherwise. */
export const examples: Readonly<Record<string, Example<RemoteView>>> = Object.fromEntries(
  loadFingerprints()
    .products.filter(({ id }) => checks.some((check) => check.id === `fingerprint.${id}`))
    .map((product) => [`fingerprint.${product.id}`, example(product)]),
);

function example({ fingerprints }: Product): Example<RemoteView> {
  const remote = fingerprints.filter(({ side }) => side === "remote");
  return { shown: viewShowing(strongest(remote)), clean: viewWithout(remote) };
}

/** One sign that counts alone, where there is one; otherwise all that count together. */
function strongest(entries: readonly Fingerprint[]): readonly Fingerprint[] {
  const own = entries.filter(({ alsoReal, sign }) => alsoReal === "never" && sign.kind !== "body");
  return own.length > 0 ? own.slice(0, 1) : entries;
}
