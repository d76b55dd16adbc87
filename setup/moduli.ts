/**
 * Makes the safe primes for Diffie-Hellman group exchange (RFC 4419) and prints them as the data table of the SSH decoy.
 *
 * `node setup/moduli.ts [minutes] > src/decoys/ssh/transport/moduli-table.ts`: it stops before a prime that would begin after `minutes` (default 30).
 * The rule: every prime p is safe, and p mod 24 = 11, so that 2 generates the whole group, as ssh-keygen -M wants it.
 * 6144 and 8192 bits would take hours: for these the decoy has groups 17 and 18 of RFC 3526.
 */
import { generatePrime } from "node:crypto";
import { stdout } from "node:process";

const WANTED_BITS = [2048, 3072, 4096, 2048, 3072, 2048, 4096, 3072];
const MS_PER_MINUTE = 60_000;

const lines: string[] = [];
const deadline = performance.now() + Number(process.argv[2] ?? 30) * MS_PER_MINUTE;

for (const bits of WANTED_BITS) {
  if (performance.now() > deadline) break;
  const prime = await safePrime(bits);
  lines.push(entry(bits, Buffer.from(prime)));
  process.stderr.write(`${bits} bits after ${Math.round(performance.now() / 1000)} s\n`);
}
stdout.write(`/** Groups for the group exchange: size in bits and safe prime in base64; the generator is 2. Made by setup/moduli.ts. */
export const moduliTable: readonly { readonly bits: number; readonly prime: string }[] = [
${lines.sort().join("\n")}
];
`);

function entry(bits: number, prime: Buffer): string {
  return `  { bits: ${bits}, prime: "${prime.toString("base64")}" },`;
}

/** A prime p for which (p - 1) / 2 is prime too, and 2 generates the group of that order: p is 11 modulo 24 (RFC 4419 §6.1). */
function safePrime(bits: number): Promise<ArrayBuffer> {
  return new Promise((resolve, reject) => {
    generatePrime(bits, { safe: true, add: 24n, rem: 11n }, (error, prime) => (error === null ? resolve(prime) : reject(error)));
  });
}
