/**
 * Makes the safe primes for Diffie-Hellman group exchange (RFC 4419) and prints them as the data table of the SSH decoy.
 *
 * `node setup/moduli.ts [minutes] > src/decoys/ssh/transport/moduli-table.ts`: it stops before a prime that would begin after `minutes` (default 30).
 * The rule: every prime p is safe, and p mod 24 = 11, so that 2 generates the whole group, as ssh-keygen -M wants it.
 * 6144 and 8192 bits would take hours: for these the decoy has groups 17 and 18 of RFC 3526.
 */
import { generatePrime } from "node:crypto";
import { stdout } from "node:process";
import { promisify } from "node:util";

const WANTED_BITS = [2048, 3072, 4096, 2048, 3072, 2048, 4096, 3072];
const MS_PER_MINUTE = 60_000;

const lines: string[] = [];
const deadline = performance.now() + Number(process.argv[2] ?? 30) * MS_PER_MINUTE;
const makePrime = promisify(generatePrime);

for (const bits of WANTED_BITS) {
  if (performance.now() > deadline) break;
  const prime = await makePrime(bits, { safe: true, add: 24n, rem: 11n });
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
