import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { errorCode } from "./segment.ts";

/**
 * The sensor's ed25519 key: it signs the heads of segments and the tombstones, so that whoever holds the public key
 * (kept elsewhere, before anything happened) can tell that the journal was not rewritten. Created once, mode 0600, never replaced.
 */
export class SigningKey {
  readonly #private: KeyObject;
  readonly publicKey: PublicKey;

  constructor(privateKey: KeyObject) {
    this.#private = privateKey;
    this.publicKey = new PublicKey(createPublicKey(privateKey));
  }

  /** Base64 signature over the UTF-8 of `text`. */
  sign(text: string): string {
    return sign(null, Buffer.from(text), this.#private).toString("base64");
  }
}

export class PublicKey {
  readonly #key: KeyObject;

  constructor(key: KeyObject) {
    this.#key = key;
  }

  /** SPKI PEM. */
  get pem(): string {
    return this.#key.export({ type: "spki", format: "pem" }).toString();
  }

  /** Hex SHA-256 of the SPKI DER. */
  get fingerprint(): string {
    return createHash("sha256")
      .update(this.#key.export({ type: "spki", format: "der" }))
      .digest("hex");
  }

  verifies(text: string, signature: string): boolean {
    return verify(null, Buffer.from(text), this.#key, Buffer.from(signature, "base64"));
  }
}

const PRIVATE_FILE = "signing-key.pem";
const PUBLIC_FILE = "signing-key.pub.pem";

/** Reads the key in `folder`, or creates it there. */
export function loadSigningKey(folder: string): SigningKey {
  const pem = readIfThere(join(folder, PRIVATE_FILE)) ?? createKey(folder);
  const key = new SigningKey(createPrivateKey(pem));
  const publicPath = join(folder, PUBLIC_FILE);
  if (readIfThere(publicPath) !== key.publicKey.pem) writeWhole(publicPath, key.publicKey.pem, 0o644);
  return key;
}

/** The public half in `folder`, for verification without the private one; undefined if there is none. */
export function loadPublicKey(folder: string): PublicKey | undefined {
  const pem = readIfThere(join(folder, PUBLIC_FILE));
  return pem === undefined ? undefined : new PublicKey(createPublicKey(pem));
}

function createKey(folder: string): string {
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  writeWhole(join(folder, PRIVATE_FILE), pem, 0o600);
  return pem;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

// Whole or not at all, also after a crash: a half-written key would be worse than none.
function writeWhole(path: string, text: string, mode: number): void {
  const fresh = `${path}.new`;
  const fd = openSync(fresh, "w", mode);
  writeSync(fd, text);
  fsyncSync(fd);
  closeSync(fd);
  renameSync(fresh, path);
  syncFolder(dirname(path));
}

/** Makes names in a folder durable: a new file is lost with its name. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, "r");
  fsyncSync(fd);
  closeSync(fd);
}
