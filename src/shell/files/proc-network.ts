import type { SystemView } from "../program.ts";
import { hash32 } from "../seed.ts";
import { allSockets, type Socket } from "../sockets.ts";

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
  return { inBytes, inPackets: Math.floor(inBytes / 310), outBytes, outPackets: Math.floor(outBytes / (name === "lo" ? 310 : 270)) };
}

export function netDev(view: SystemView): string {
  const head =
    "Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";
  const rows = view.machine.interfaces.map(({ name }) => {
    const { inBytes, inPackets, outBytes, outPackets } = traffic(view, name);
    const cell = (value: number, width: number) => String(value).padStart(width);
    return `${name.padStart(6)}: ${cell(inBytes, 7)} ${cell(inPackets, 7)}    0    0    0     0          0         0 ${cell(outBytes, 8)} ${cell(outPackets, 7)}    0    0    0     0       0          0\n`;
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
  const row = (name: string, { to, via, rest }: { to: string; via: string; rest: string }) =>
    `${name}\t${hexAddress(to)}\t${hexAddress(via)}\t${rest}\t0\t0\t0`.padEnd(127);
  const outside = interfaces.filter(({ name }) => name !== "lo");
  const uplink = outside.find(({ address, prefix }) => networkOf(address, prefix) === networkOf(gateway, prefix)) ?? outside[0];
  const rows = outside.map(({ name, address, prefix }) =>
    row(name, { to: networkOf(address, prefix), via: "0.0.0.0", rest: `0001\t0\t0\t0\t${hexAddress(maskOf(prefix))}` }),
  );
  if (uplink !== undefined) rows.unshift(row(uplink.name, { to: "0.0.0.0", via: gateway, rest: "0003\t0\t0\t0\t00000000" }));
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

const STATES: Readonly<Record<Socket["state"], string>> = { LISTEN: "0A", ESTABLISHED: "01", "": "07" };

/** Sockets of one kind: `sl local remote st ...` (kernel net/ipv4/tcp_ipv4.c, udp.c). */
function netSockets(view: SystemView, protocol: Socket["protocol"], family: Socket["family"]): string {
  const udp = protocol === "udp";
  const address =
    family === 6 ? "local_address                         remote_address                       " : "local_address rem_address  ";
  const head = `${udp ? "   " : "  "}sl  ${address} st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode${udp ? " ref pointer drops" : ""}`;
  const shown = allSockets(view).filter((socket) => socket.protocol === protocol && socket.family === family);
  const rows = shown.map((socket, at) => {
    const local = `${hexOf(socket.address)}:${hexPort(socket.port)}`;
    const remote = `${hexOf(socket.peer)}:${hexPort(socket.peerPort)}`;
    const tail = udp ? "2 0000000000000000 0" : "1 0000000000000000 100 0 0 10 0";
    return `${String(at).padStart(udp ? 5 : 4)}: ${local} ${remote} ${STATES[socket.state]} 00000000:00000000 00:00000000 00000000 ${String(socket.uid).padStart(5)}        0 ${socketInode(view, socket)} ${tail}`;
  });
  const width = family === 6 ? 0 : udp ? 127 : 149;
  return `${[head, ...rows].map((one) => one.padEnd(width)).join("\n")}\n`;
}

export function socketTables(view: SystemView) {
  return {
    tcp: () => netSockets(view, "tcp", 4),
    tcp6: () => netSockets(view, "tcp", 6),
    udp: () => netSockets(view, "udp", 4),
    udp6: () => netSockets(view, "udp", 6),
  };
}

/** The socket's number, as /proc/PID/fd and ss -e show it. */
export function socketInode(view: SystemView, socket: Socket): number {
  return 12_000 + (hash32(`${view.persona.seed} ${socket.protocol} ${socket.address} ${socket.port} ${socket.state}`) % 9000);
}

function hexOf(address: string): string {
  if (!address.includes(":")) return hexAddress(address);
  const [head = "", tail] = address.split("::");
  const words = (text: string) => (text === "" ? [] : text.split(":"));
  const [left, right] = [words(head), words(tail ?? "")];
  const all = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => "0"), ...right].map((word) =>
    word.padStart(4, "0"),
  );
  const text = all.join("");
  return (text.match(/.{8}/g) ?? []).map((group) => (group.match(/../g) ?? []).reverse().join("").toUpperCase()).join("");
}

function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}
