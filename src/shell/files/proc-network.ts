import type { SystemView } from "../program.ts";
import { hash32 } from "../seed.ts";

/** What /proc/net says; ifconfig, ip, netstat, route and arp show the same. */

/** Bytes and packets that an interface has moved since boot: they grow with time. */
export function traffic(
  view: SystemView,
  name: string,
): { readonly inBytes: number; readonly inPackets: number; readonly outBytes: number; readonly outPackets: number } {
  const up = view.uptimeSeconds();
  const rate = name === "lo" ? 40 + (hash32(`${view.persona.seed} lo`) % 200) : 900 + (hash32(`${view.persona.seed} rate ${name}`) % 6000);
  const inBytes = Math.floor(up * rate);
  const outBytes = name === "lo" ? inBytes : Math.floor(up * rate * 0.61);
  return { inBytes, inPackets: Math.floor(inBytes / 310), outBytes, outPackets: Math.floor(outBytes / 270) };
}

export function netDev(view: SystemView): string {
  const head =
    "Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";
  const rows = view.machine.interfaces.map(({ name }) => {
    const { inBytes, inPackets, outBytes, outPackets } = traffic(view, name);
    const cell = (value: number, width: number) => String(value).padStart(width);
    return `${name.padStart(6)}:${cell(inBytes, 8)}${cell(inPackets, 8)}    0    0    0     0          0         0 ${cell(outBytes, 8)}${cell(outPackets, 8)}    0    0    0     0       0          0\n`;
  });
  return head + rows.join("");
}

function hexAddress(address: string): string {
  return address
    .split(".")
    .reverse()
    .map((part) => Number(part).toString(16).toUpperCase().padStart(2, "0"))
    .join("");
}

function maskOf(prefix: number): string {
  const bits = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join(".");
}

function networkOf(address: string, prefix: number): string {
  const mask = maskOf(prefix).split(".").map(Number);
  return address
    .split(".")
    .map((part, index) => Number(part) & (mask[index] ?? 0))
    .join(".");
}

export function netRoute(view: SystemView): string {
  const { interfaces, gateway } = view.machine;
  const head =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT                                                       ";
  const row = (name: string, to: string, via: string, rest: string) =>
    `${name}\t${hexAddress(to)}\t${hexAddress(via)}\t${rest}\t0\t0\t0`.padEnd(127);
  const outside = interfaces.filter(({ name }) => name !== "lo");
  const uplink = outside.find(({ address, prefix }) => networkOf(address, prefix) === networkOf(gateway, prefix)) ?? outside[0];
  const rows = outside.map(({ name, address, prefix }) =>
    row(name, networkOf(address, prefix), "0.0.0.0", `0001\t0\t0\t0\t${hexAddress(maskOf(prefix))}`),
  );
  if (uplink !== undefined) rows.unshift(row(uplink.name, "0.0.0.0", gateway, "0003\t0\t0\t0\t00000000"));
  return `${[head, ...rows].join("\n")}\n`;
}

export function netArp(view: SystemView): string {
  const uplink = view.machine.interfaces.find(({ name }) => name !== "lo");
  const mac = gatewayMac(view);
  return `IP address       HW type     Flags       HW address            Mask     Device\n${view.machine.gateway.padEnd(16)} 0x1         0x2         ${mac}     *        ${uplink?.name ?? "eth0"}\n`;
}

/** The gateway's hardware address, from the seed. */
export function gatewayMac(view: SystemView): string {
  const draw = hash32(`${view.persona.seed} gateway`);
  return ["00", "1b", "21", draw & 255, (draw >>> 8) & 255, (draw >>> 16) & 255]
    .map((part) => (typeof part === "string" ? part : part.toString(16).padStart(2, "0")))
    .join(":");
}

/** Listening sockets and the visitor's own connection: `sl local remote st ...` (RFC-less; kernel net/ipv4/tcp_ipv4.c). */
export function netTcp(view: SystemView): string {
  const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
  const rows: string[] = [];
  const row = (local: string, remote: string, state: string) => {
    const inode = 12_000 + (hash32(`${view.persona.seed} ${local}`) % 9000);
    rows.push(
      `${String(rows.length).padStart(4)}: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0`,
    );
  };
  for (const port of listeningPorts(view)) row(`00000000:${hexPort(port)}`, "00000000:0000", "0A");
  const { origin, destination } = view;
  const local = view.machine.interfaces.find(({ name }) => name !== "lo")?.address ?? destination.address;
  if (/^\d+\.\d+\.\d+\.\d+$/.test(origin.address))
    row(`${hexAddress(local)}:${hexPort(servicePort(view))}`, `${hexAddress(origin.address)}:${hexPort(origin.port)}`, "01");
  return `${[head, ...rows].map((one) => one.padEnd(149)).join("\n")}\n`;
}

function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}

/** Ports that the persona's processes hold open, the visitor's first. */
export function listeningPorts(view: SystemView): readonly number[] {
  const known: readonly (readonly [RegExp, number])[] = [
    [/sshd|dropbear/, 22],
    [/telnetd/, 23],
    [/nginx|apache|httpd|uhttpd|lighttpd/, 80],
    [/mysqld|mariadbd/, 3306],
    [/exim|postfix|master/, 25],
    [/redis-server/, 6379],
    [/dnsmasq|named/, 53],
  ];
  const commands = view.machine.processes.map(({ command }) => command);
  return known.filter(([pattern]) => commands.some((command) => pattern.test(command))).map(([, port]) => port);
}

/** The port that the service really has: what the visitor reached may be a forwarded one. */
export function servicePort(view: SystemView): number {
  const { port } = view.destination;
  return port === 2222 ? 22 : port === 2323 ? 23 : port;
}
