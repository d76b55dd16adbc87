/**
 * What gives a known honeypot away, as data that works both ways: a detector looks for it, and a disguise shows it. Every entry that can be
 * shown yields concrete bytes which its own pattern recognises.
 */
export interface Fingerprint {
  /** `dionaea.ftp.banner-code`: product, then what it is; never used again for something else. */
  readonly id: string;
  /** `dionaea`. */
  readonly product: string;
  readonly about: string;
  readonly versions: string;
  readonly side: "remote" | "local";
  /** `ftp`; empty for local ones. */
  readonly protocol: string;
  readonly transport: "tcp" | "udp";
  /** Where the product shows it; a detector looks on every port. */
  readonly ports: readonly number[];
  /** What has to be said: id of a stimulus, as it stands in an exchange; undefined where nothing is asked. */
  readonly stimulus: string | undefined;
  readonly sign: Sign;
  /** How safe it is to show: static bytes, a few states, a whole protocol, something on the host. */
  readonly show: "A" | "B" | "C" | "H";
  /** Whether any real product of any age shows the same. */
  readonly alsoReal: "never" | "sometimes";
  /** Why never, or where else: a sentence. */
  readonly because: string;
  /** How many times likelier on a honeypot than on an ordinary host. */
  readonly ratio: number;
  /** Tools that name the product when they see it. */
  readonly fires: readonly string[];
  readonly source: string;
}

export type Sign = BytesSign | OfferSign | CertificateSign | PortsSign | BodySign | ArtefactSign;

/** Bytes that come back. */
export interface BytesSign {
  readonly kind: "bytes";
  readonly pattern: readonly Part[];
  /** Where the pattern must stand in all that was heard. */
  readonly anchored: "start" | "whole" | "anywhere";
  /** What else must be in it, and what must not. */
  readonly holds: readonly Uint8Array[];
  readonly lacks: readonly Uint8Array[];
  readonly shown: Shown;
}

/** How bytes are shown to a visitor. */
export interface Shown {
  /** What comes before the visitor said anything. */
  readonly greeting: readonly Part[];
  /** What the visitor must have said; empty: anything. */
  readonly on: Uint8Array;
  readonly answer: readonly Part[];
  /** The connection ends after the answer. */
  readonly closes: boolean;
}

/** The algorithms that an SSH server offers (RFC 4253 §7.1). */
export interface OfferSign {
  readonly kind: "offer";
  /** The beginning of the identification that must stand beside the offer; empty: any. */
  readonly claims: string;
  /** HASSH-server: MD5 of four of the lists, in hexadecimal. */
  readonly hassh?: string;
  /** Names that a list must or must not have; a whole list where it has commas. */
  readonly has: OfferNames;
  readonly lacks: OfferNames;
  /** What is shown; undefined: the lists are not known, only their hash. */
  readonly shown?: Offer;
}

export interface Offer {
  /** Without the line end. */
  readonly identification: string;
  readonly kex: readonly string[];
  readonly hostKeys: readonly string[];
  readonly encryption: readonly string[];
  readonly mac: readonly string[];
  readonly compression: readonly string[];
}

export type OfferNames = Partial<Readonly<Record<"kex" | "mac" | "encryption" | "compression" | "hostKeys", string>>>;

export interface CertificateSign {
  readonly kind: "certificate";
  /** Attributes of the subject: `{ C: "DE", O: "dionaea.carnivore.it" }`. */
  readonly subject: Readonly<Record<string, string>>;
  /** Hexadecimal, upper case. */
  readonly serial?: string;
}

/** Ports that are open together. */
export interface PortsSign {
  readonly kind: "ports";
  readonly ports: readonly number[];
  /** Share of `ports` that must be open, 0 to 1. */
  readonly similar: number;
}

/** The body of an HTTP answer, known only by its hash: it cannot be shown. */
export interface BodySign {
  readonly kind: "body";
  readonly sha256: string;
}

/** Something on the host itself, for local detectors and for disguises. */
export interface ArtefactSign {
  readonly kind: "artefact";
  /** A file or folder, and what the file holds. */
  readonly path?: string;
  readonly holds?: string;
  /** A command, and what its output has. */
  readonly command?: string;
  readonly prints?: string;
  /** The name of a running program. */
  readonly process?: string;
}

/** One piece of a pattern; `text` is Latin-1, a character a byte. */
export type Part =
  | { readonly kind: "text"; readonly bytes: Uint8Array }
  /** So many bytes of any value. */
  | { readonly kind: "any"; readonly size: number; readonly shows: Uint8Array }
  /** Whatever stands between; nothing when shown. */
  | { readonly kind: "gap" }
  /** Some bytes within one line, or, for a word, without blanks. */
  | { readonly kind: "line" | "word"; readonly shows: Uint8Array }
  | { readonly kind: "one"; readonly choices: readonly Uint8Array[] }
  /** Bytes of what was said. */
  | { readonly kind: "echo"; readonly at: number; readonly size: number }
  /** The value of a header of the request; `bare`: without angle brackets. */
  | { readonly kind: "header"; readonly name: string; readonly bare: boolean };

/** A product whose fingerprints are known. */
export interface Product {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly source: string;
  readonly fingerprints: readonly Fingerprint[];
}
