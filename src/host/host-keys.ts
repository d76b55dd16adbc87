import { generateKeyPair, type KeyObject } from "node:crypto";
import { access, mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/**
 * The host's long-lived private keys: made once, kept 0600, and never changed, since a host key that changes is the surest way to be seen.
 *
 * @returns PKCS #8 PEM: ed25519, ECDSA P-256, RSA
 */
export async function loadHostKeys(folder: string, rsaBits = RSA_BITS): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return Promise.all([
    loadKey(join(folder, "host-ed25519.pem"), async () => (await generate("ed25519", {})).privateKey),
    loadKey(join(folder, "host-ecdsa.pem"), async () => (await generate("ec", { namedCurve: "P-256" })).privateKey),
    loadKey(join(folder, "host-rsa.pem"), async () => (await generate("rsa", { modulusLength: rsaBits })).privateKey),
  ]);
}

const RSA_BITS = 3_072;
const generate = promisify(generateKeyPair);

async function loadKey(path: string, make: () => Promise<KeyObject>): Promise<string> {
  if (await exists(path)) return readFile(path, "utf8");
  const key = await make();
  const pem = key.export({ format: "pem", type: "pkcs8" }).toString();
  await writeDurably(path, pem);
  return pem;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Whole or not at all, also after a power cut: half a key would be a new key at the next start. */
async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
