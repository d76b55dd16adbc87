import { BlockList, isIPv4 } from "node:net";
import { networkBytes } from "../engine/layout.ts";

/**
 * Networks that the operator trusts. Nobody who may only tell how sources stand can take that away: not by forgetting the network, nor by
 * calling a source in it hostile.
 */
export class ConfiguredTrust {
  readonly #names: ReadonlySet<string>;
  readonly #list = new BlockList();

  /** @throws OperatorError `source-invalid` */
  constructor(networks: readonly string[]) {
    this.#names = new Set(networks.map(nameOf));
    for (const network of networks) {
      const { address, bits, family } = partsOf(network);
      this.#list.addSubnet(address, bits, family);
    }
  }

  /** Whether this very network was configured. */
  has(network: string): boolean {
    return this.#names.has(nameOf(network));
  }

  /** Whether a source, or the network that it is, lies in one of them. */
  covers(source: string): boolean {
    const { address, family } = partsOf(source);
    return this.#list.check(address, family);
  }
}

function partsOf(network: string): { readonly address: string; readonly bits: number; readonly family: "ipv4" | "ipv6" } {
  const [address = "", bits] = network.split("/");
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  return { address, bits: bits === undefined ? (family === "ipv4" ? 32 : 128) : Number(bits), family };
}

/** The same for every way to write a network: its length and what counts of its address. */
function nameOf(network: string): string {
  const bytes = networkBytes(network);
  const bits = bytes.readUInt32LE();
  const address = bytes.subarray(4).map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - index * 8))));
  return `${bits} ${Buffer.from(address).toString("hex")}`;
}
