/**
 * Chance that is no chance: values derived from the site's seed and a label, the same at each visit, different between sites.
 * Not secret and not secure: it decides how things look, nothing else.
 */

/** 32 bits from a text (FNV-1a with a final mix). */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mix(hash);
}

/** `size` bytes from a starting number, as bytes in disguise; `at` counts from any multiple of 4. */
export function noise(start: number, size: number): string {
  let state = start | 1;
  const bytes: number[] = [];
  for (let at = 0; at < size; at += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes.push(state & 255, (state >>> 8) & 255, (state >>> 16) & 255, state >>> 24);
  }
  return String.fromCharCode(...bytes.slice(0, size));
}

function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
