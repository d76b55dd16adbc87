import { traffic } from "../../files/proc-network.ts";
import type { Process, SystemView } from "../../program.ts";
import { addressNumber, quad } from "./resolver.ts";

/** A network interface as ip and ifconfig show it; numbers come from where /proc/net/dev has them. */
export interface Link {
  readonly index: number;
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
  readonly loopback: boolean;
  readonly address: string;
  readonly prefix: number;
  readonly broadcast: string;
  readonly address6: readonly { readonly address: string; readonly prefix: number; readonly scope: "host" | "link" | "global" }[];
  readonly received: { readonly bytes: number; readonly packets: number };
  readonly sent: { readonly bytes: number; readonly packets: number };
}

export function links(process: Process): readonly Link[] {
  return process.system.machine.interfaces.map((one, at) => makeLink(process.system, one, at + 1));
}

function makeLink(view: SystemView, one: SystemView["machine"]["interfaces"][number], index: number): Link {
  const loopback = one.name === "lo";
  const moved = traffic(view, one.name);
  const own6 = one.address6 === undefined ? [] : [{ address: one.address6, prefix: 64, scope: "link" } as const];
  return {
    index,
    name: one.name,
    mac: one.mac,
    mtu: one.mtu,
    loopback,
    address: one.address,
    prefix: one.prefix,
    broadcast: broadcastOf(one.address, one.prefix),
    address6: loopback ? [{ address: "::1", prefix: 128, scope: "host" }] : own6,
    received: { bytes: moved.inBytes, packets: moved.inPackets },
    sent: { bytes: moved.outBytes, packets: moved.outPackets },
  };
}

export function maskOf(prefix: number): string {
  return quad(prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0);
}

export function networkOf(address: string, prefix: number): string {
  return quad(Math.floor(addressNumber(address) / 2 ** (32 - prefix)) * 2 ** (32 - prefix));
}

function broadcastOf(address: string, prefix: number): string {
  return quad(addressNumber(networkOf(address, prefix)) + 2 ** (32 - prefix) - 1);
}

/** The interface towards the gateway. */
export function uplink(process: Process): Link | undefined {
  const outside = links(process).filter(({ loopback }) => !loopback);
  const { gateway } = process.system.machine;
  return outside.find(({ address, prefix }) => networkOf(address, prefix) === networkOf(gateway, prefix)) ?? outside[0];
}
