import type { KexInit } from "../../../stimuli/ssh-key-exchange.ts";
import { type Algorithm, compareVersions, type Product, sshVersions } from "./ssh-versions.ts";

/**
 * Holds an SSH identification against the lists of algorithms that came with it. Only what no configuration can bring about counts as a
 * contradiction: names that the version did not know, names that the product never had, an order that cannot be configured. What an
 * administrator may have switched off or on is weighed only as a whole.
 */
export interface Contradiction {
  readonly kind: "too-new" | "gone" | "never" | "order" | "stale" | "hand" | "guess";
  /** A sentence for people. */
  readonly why: string;
}

export interface Banner {
  /** `openssh`, `dropbear`, or undefined where the table has no such product. */
  readonly product: string | undefined;
  readonly version: string;
  /** What stands behind the first space. */
  readonly comment: string;
}

/** Splits `SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10`. */
export function bannerOf(ident: string): Banner {
  const [software = "", ...rest] = ident.replace(/^SSH-[^-]*-/, "").split(" ");
  for (const [name, { ident: pattern }] of Object.entries(sshVersions().products)) {
    const found = new RegExp(`^${pattern}`).exec(software);
    if (found !== null) return { product: name, version: found[1] ?? "", comment: rest.join(" ") };
  }
  return { product: undefined, version: "", comment: rest.join(" ") };
}

type ListName = "kex" | "hostKeys" | "ciphers" | "macs" | "compression";
const LISTS: readonly ListName[] = ["kex", "hostKeys", "ciphers", "macs", "compression"];

export function listOf(lists: KexInit, name: ListName): readonly string[] {
  if (name === "kex") return lists.kex;
  if (name === "hostKeys") return lists.hostKeys;
  if (name === "ciphers") return lists.ciphersOut;
  return name === "macs" ? lists.macsOut : lists.compressionOut;
}

export function judgeKexInit(ident: string, lists: KexInit): readonly Contradiction[] {
  const banner = bannerOf(ident);
  const product = banner.product === undefined ? undefined : sshVersions().products[banner.product];
  const hands = foreignHands(banner, lists);
  if (product === undefined) return hands;
  const held: Held = { banner, product };
  return [
    ...LISTS.flatMap((name) => listOf(lists, name).flatMap((one) => judgeName(held, name, one))),
    ...orders(held, lists),
    ...stale(held, lists),
    ...hands,
  ];
}

interface Held {
  readonly banner: Banner;
  readonly product: Product;
}

function judgeName({ banner, product }: Held, list: ListName, name: string): readonly Contradiction[] {
  const said = `${banner.product} ${banner.version}`;
  const known = product[list][name];
  if (known === undefined) {
    const vendors = product.vendors.some((pattern) => new RegExp(pattern).test(name));
    return vendors || name.length > 80 ? [] : [{ kind: "never", why: `no ${banner.product} ever offered ${name}` }];
  }
  if (compareVersions(banner.version, known.backport ?? known.since) < 0)
    return [{ kind: "too-new", why: `${said} could not offer ${name}, which came with ${known.since}` }];
  if (known.gone !== undefined && compareVersions(banner.version, known.gone) >= 0)
    return [{ kind: "gone", why: `${said} no longer has ${name}, which went with ${known.gone}` }];
  return [];
}

function orders({ banner, product }: Held, lists: KexInit): readonly Contradiction[] {
  const first = lists.compressionOut[0];
  const order = product.firstCompression !== undefined && first !== undefined && first !== product.firstCompression;
  const guess = !product.guesses && (lists.guess || lists.languages.length > 0 || lists.reserved !== 0);
  return [
    ...(order
      ? [{ kind: "order" as const, why: `${banner.product} lists the compression ${product.firstCompression} first, this one ${first}` }]
      : []),
    ...(guess
      ? [{ kind: "guess" as const, why: `${banner.product} guesses no packet, names no language and leaves the last field zero` }]
      : []),
  ];
}

/** Both at once: names offered that only somebody who cares for old clients switches on, and most of the version's own new ones missing. */
function stale({ banner, product }: Held, lists: KexInit): readonly Contradiction[] {
  const stands = (one: Algorithm) => offeredBy(one, banner.version);
  const found = (["kex", "ciphers", "macs"] as const).map((name) => {
    const all = Object.entries(product[name]);
    const offered = listOf(lists, name);
    const weak = offered.filter((one) => product[name][one]?.default !== undefined && !stands(product[name][one] ?? NEVER));
    const own = all.filter(([, known]) => stands(known)).map(([one]) => one);
    return { weak, missing: own.filter((one) => !offered.includes(one)), own };
  });
  const weak = found.flatMap((one) => one.weak);
  const missing = found.flatMap((one) => one.missing);
  const own = found.flatMap((one) => one.own);
  if (weak.length < 3 || missing.length * 2 < own.length) return [];
  return [
    {
      kind: "stale",
      why: `${banner.product} ${banner.version} does not offer ${weak.slice(0, 3).join(", ")} by itself, and ${missing.length} of the ${own.length} names that it does offer are missing`,
    },
  ];
}

const NEVER: Algorithm = { since: "0", backport: undefined, gone: undefined, default: undefined };

function offeredBy({ default: offered }: Algorithm, version: string): boolean {
  const [first, last] = offered ?? [];
  if (first === undefined || last === undefined || compareVersions(version, first) < 0) return false;
  return last === "-" || compareVersions(version, last) <= 0;
}

/** Two lists in another library's hand: one alone may be somebody's taste. */
function foreignHands({ product }: Banner, lists: KexInit): readonly Contradiction[] {
  if (product === undefined) return [];
  const whole = sshVersions().hands.filter(({ list, names }) => isListName(list) && same(listOf(lists, list), names));
  const hands = new Map<string, Set<string>>();
  for (const { product: whose, list } of whole) hands.set(whose, (hands.get(whose) ?? new Set()).add(list));
  return [...hands]
    .filter(([, found]) => found.size >= 2)
    .map(([whose, found]) => ({ kind: "hand" as const, why: `${[...found].join(" and ")} are those of ${whose}, name for name` }));
}

function isListName(name: string): name is ListName {
  return LISTS.some((one) => one === name);
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}
