import { createHash } from "node:crypto";

/**
 * Tokens of background processes: 32 hexadecimal digits that look drawn by lot. The last of them follow from the others and the site's number, so that a
 * process of this site is known as such without any ledger, and one of another's is not touched.
 */
const OWN = 20;

/** The same every time for one label. */
export function processToken(mark: number, label: string): string {
  const own = digits(`process ${mark} ${label}`).slice(0, OWN);
  return own + checkOf(mark, own);
}

export function isTokenOf(mark: number, token: string): boolean {
  return token.length === 32 && token.slice(OWN) === checkOf(mark, token.slice(0, OWN));
}

function checkOf(mark: number, own: string): string {
  return digits(`token ${mark} ${own}`).slice(0, 32 - OWN);
}

const digits = (text: string) => createHash("sha256").update(text).digest("hex");
