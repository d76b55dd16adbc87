import { OperatorError } from "../../errors/operator-error.ts";
import type { NetworkInterface } from "./host-network.ts";
import { errorName, type LibbpfCalls } from "./libbpf-calls.ts";

/**
 * The engine below the network stack. A link belongs to this process: the kernel takes the program away when the process ends, however it ends.
 * `xdp` is the driver's own; `xdp-generic` is slower than tc and only ever used when it is asked for.
 */
const FLAGS = { xdp: 1 << 2, "xdp-generic": 1 << 1 } as const;
const BPF_XDP = 37;

export type XdpMode = keyof typeof FLAGS;

/** @throws OperatorError `interface-unusable` */
export function attachXdp(
  calls: LibbpfCalls,
  network: NetworkInterface,
  { program, mode }: { readonly program: number; readonly mode: XdpMode },
): Disposable {
  const link = calls.linkCreate(program, network.index, BPF_XDP, linkOptions(FLAGS[mode]));
  if (link < 0) throw new OperatorError("interface-unusable", refusal(network.name, errorName(link)));
  return { [Symbol.dispose]: () => void calls.closeFd(link) };
}

function refusal(name: string, cause: string): string {
  if (cause === "EBUSY" || cause === "EEXIST")
    return `${name} already has an XDP program, and there can be only one. It stays; use the hook tc.`;
  if (cause === "EOPNOTSUPP" || cause === "ENOTSUP") return `The driver of ${name} has no native XDP. Use the hook tc.`;
  return `The wire engine cannot be attached to ${name} at XDP (${cause}). Use the hook tc.`;
}

/** `struct bpf_link_create_opts`: sz 8 · flags 4 · ... */
function linkOptions(flags: number): Buffer {
  const options = Buffer.alloc(64);
  options.writeBigUInt64LE(64n, 0);
  options.writeUInt32LE(flags, 8);
  return options;
}
