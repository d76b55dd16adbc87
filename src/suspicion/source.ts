import { ipv4Bytes } from "../wire/packets/ipv4.ts";

/**
 * Addresses and networks. An IPv4 address in an IPv6 one (::ffff:192.0.2.1) is the IPv4 address: one source, however it is written.
 * Text that is no address gives undefined, never a throw.
 */
export interface Network {
  readonly bytes: Uint8Array;
  readonly prefix: number;
}

/** Four or sixteen bytes. */
export function parseAddress(text: string): Uint8Array | undefined {
  const plain = text.split("%")[0] ?? "";
  const bytes = ipv4Bytes(plain) ?? (plain.length <= 45 ? ipv6Bytes(plain) : undefined);
  return bytes?.length === 16 && isMapped(bytes) ? bytes.subarray(12) : bytes;
}

/** `192.0.2.0/24`, `2001:db8::/48`, or an address alone. Bits behind the prefix are cleared. */
export function parseNetwork(text: string): Network | undefined {
  const [address = "", written, ...more] = text.split("/");
  const bytes = parseAddress(address);
  if (bytes === undefined || more.length > 0) return undefined;
  const prefix = written === undefined ? bytes.length * 8 : /^\d{1,3}$/.test(written) ? Number(written) : -1;
  return prefix < 0 || prefix > bytes.length * 8 ? undefined : { bytes: cut(bytes, prefix), prefix };
}

export function holds({ bytes, prefix }: Network, address: Uint8Array): boolean {
  return bytes.length === address.length && cut(address, prefix).every((byte, index) => byte === bytes[index]);
}

/**
 * The network that stands for a source: an IPv4 address, or an IPv6 prefix, since every host may choose among the addresses of its network.
 * All hosts of a link share fe80::/64 (RFC 4291 §2.5.6), so there each address is a source of its own.
 */
export function sourceNetwork(address: Uint8Array, ipv6Prefix: number): Network {
  const prefix = address.length === 4 ? 32 : isLinkLocal(address) ? 128 : ipv6Prefix;
  return { bytes: cut(address, prefix), prefix };
}

function isLinkLocal([first, second]: Uint8Array): boolean {
  return first === 0xfe && ((second ?? 0) & 0xc0) === 0x80;
}

/** `192.0.2.1`, `2001:db8::/64`; a whole address without its prefix (RFC 5952). */
export function formatNetwork({ bytes, prefix }: Network): string {
  const address = bytes.length === 4 ? bytes.join(".") : formatIpv6(bytes);
  return prefix === bytes.length * 8 ? address : `${address}/${prefix}`;
}

function cut(bytes: Uint8Array, prefix: number): Uint8Array {
  return bytes.map((byte, index) => {
    const bits = Math.max(0, Math.min(8, prefix - index * 8));
    return byte & (0xff00 >> bits);
  });
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
}

/** RFC 4291 §2.2: eight groups of hexadecimal digits, one run of zeros as `::`, the last two groups perhaps as an IPv4 address. */
function ipv6Bytes(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [before, after] = halves.map(groupsOf);
  if (before === undefined || (halves.length === 2 && after === undefined)) return undefined;
  const missing = 8 - before.length - (after?.length ?? 0);
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...before, ...Array.from({ length: missing }, () => 0), ...(after ?? [])];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function groupsOf(half: string): readonly number[] | undefined {
  if (half === "") return [];
  const parts = half.split(":");
  const groups = parts.map((part, index) => groupOf(part, index === parts.length - 1));
  return groups.every((group) => group !== undefined) ? groups.flat() : undefined;
}

/** One group; or two, where an IPv4 address stands last. */
function groupOf(part: string, last: boolean): readonly number[] | undefined {
  if (/^[0-9a-f]{1,4}$/i.test(part)) return [Number.parseInt(part, 16)];
  const [a = 0, b = 0, c = 0, d = 0] = (last ? ipv4Bytes(part) : undefined) ?? [];
  return last && ipv4Bytes(part) !== undefined ? [(a << 8) | b, (c << 8) | d] : undefined;
}

function formatIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, index) => (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16));
  const runs = [...groups.join(":").matchAll(/(?:^|:)(0(?::0)+)(?=:|$)/g)].map((found) => found[1] ?? "");
  const longest = runs.sort((one, other) => other.length - one.length)[0];
  if (longest === undefined) return groups.join(":");
  const text = `:${groups.join(":")}:`;
  const at = text.indexOf(`:${longest}:`);
  return `${text.slice(1, Math.max(1, at))}::${text.slice(at + longest.length + 2, -1)}`;
}
