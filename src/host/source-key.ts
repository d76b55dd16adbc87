/**
 * Who counts as one source: an IPv4 address, or the /64 of an IPv6 address, since one machine may use every address of its /64.
 *
 * @param address numeric, as node:net gives it; IPv4-mapped IPv6 counts as IPv4
 */
export function sourceKey(address: string): string {
  const plain = plainAddress(address);
  return plain.includes(":") ? `${firstGroups(plain).join(":")}::/64` : plain;
}

/** An address without its zone; IPv4-mapped IPv6 is written as IPv4. */
export function plainAddress(address: string): string {
  const unzoned = address.split("%", 1)[0] ?? address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(unzoned);
  return mapped?.[1] ?? unzoned;
}

/** The first four groups of an IPv6 address (RFC 4291 §2.2), without leading zeros. */
function firstGroups(address: string): readonly string[] {
  const [head = "", tail] = address.toLowerCase().split("::");
  const before = head === "" ? [] : head.split(":");
  if (tail === undefined) return before.slice(0, GROUPS_OF_64).map(unpadded);
  const after = tail === "" ? [] : tail.split(":");
  const missing = Math.max(0, GROUPS - before.length - after.length);
  return [...before, ...new Array<string>(missing).fill("0"), ...after].slice(0, GROUPS_OF_64).map(unpadded);
}

function unpadded(group: string): string {
  return group.replace(/^0+(?=.)/, "");
}

const GROUPS = 8;
const GROUPS_OF_64 = 4;
