import type { ProcessInfo, SystemView } from "./program.ts";

/** Which sockets the machine has: one list for /proc/net, netstat, ss and connections of the machine to itself. */
export interface Socket {
  readonly protocol: "tcp" | "udp";
  readonly family: 4 | 6;
  readonly address: string;
  readonly port: number;
  readonly peer: string;
  readonly peerPort: number;
  readonly state: "LISTEN" | "ESTABLISHED" | "";
  readonly receive: number;
  readonly send: number;
  readonly owner: ProcessInfo;
  readonly fd: number;
  readonly uid: number;
}

interface Service {
  readonly match: RegExp;
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  /** Addresses: `any` is 0.0.0.0, `any6` ::, `dual` one socket for both, which shows as ::. */
  readonly on: readonly ("any" | "any6" | "dual" | "127.0.0.1" | "::1" | "127.0.0.53" | "address")[];
  readonly backlog: number;
  readonly fd: number;
}

const tcp = (match: RegExp, port: number, rest: Partial<Omit<Service, "match" | "port">> = {}): Service => ({
  match,
  port,
  protocol: "tcp",
  on: ["any", "any6"],
  backlog: 128,
  fd: 3,
  ...rest,
});

/** What well-known servers listen on, by their command lines. */
const SERVICES: readonly Service[] = [
  tcp(/(^|\/)sshd\b/, 22),
  tcp(/(^|\/)dropbear\b/, 22, { on: ["any", "any6"], backlog: 10, fd: 4 }),
  tcp(/\btelnetd\b/, 23, { on: ["dual"], backlog: 12 }),
  tcp(/^nginx: master/, 80, { backlog: 511, fd: 6 }),
  tcp(/(^|\/)(apache2|httpd)\b/, 80, { on: ["dual"], backlog: 511, fd: 4 }),
  tcp(/(^|\/)uhttpd\b/, 80, { backlog: 128 }),
  tcp(/(^|\/)dnsmasq\b/, 53, { backlog: 32, fd: 5 }),
  tcp(/(^|\/)dnsmasq\b/, 53, { protocol: "udp", backlog: 0, fd: 4 }),
  tcp(/systemd-resolve/, 53, { on: ["127.0.0.53"], backlog: 4096, fd: 14 }),
  tcp(/systemd-resolve/, 53, { protocol: "udp", on: ["127.0.0.53"], backlog: 0, fd: 13 }),
  tcp(/(^|\/)mysqld\b/, 3306, { on: ["127.0.0.1"], backlog: 50, fd: 10 }),
  tcp(/(^|\/)exim4\b/, 25, { on: ["127.0.0.1", "::1"], backlog: 20, fd: 4 }),
  tcp(/(^|\/)master\b/, 25, { on: ["127.0.0.1", "::1"], backlog: 100, fd: 13 }),
  tcp(/(^|\/)(rpcbind|portmap)\b/, 111, { backlog: 128, fd: 4 }),
  tcp(/(^|\/)epmd\b/, 4369, { on: ["any"], backlog: 128 }),
  tcp(/(^|\/)beam\.smp\b/, 5222, { on: ["any"], backlog: 128, fd: 12 }),
  tcp(/^(\/\S+\/)?(dhclient|udhcpc)/, 68, { protocol: "udp", on: ["any"], backlog: 0, fd: 9 }),
  tcp(/(^|\/)udhcpd\b/, 67, { protocol: "udp", on: ["any"], backlog: 0, fd: 9 }),
  tcp(/(^|\/)odhcpd\b/, 547, { protocol: "udp", on: ["any6"], backlog: 0, fd: 9 }),
  tcp(/(^|\/)ntpd\b/, 123, { protocol: "udp", backlog: 0, fd: 16 }),
  tcp(/(^|\/)chronyd\b/, 323, { protocol: "udp", on: ["127.0.0.1", "::1"], backlog: 0, fd: 5 }),
];

export function listeners(view: SystemView): readonly Socket[] {
  const found: Socket[] = [];
  const taken = new Set<string>();
  for (const service of SERVICES) {
    const owner = view.processes().find((info) => service.match.test(info.command) && !info.command.startsWith("["));
    if (owner === undefined || isClient(owner)) continue;
    service.on.forEach((on, at) => {
      const socket = listener(service, owner, { on, at });
      const place = `${socket.protocol} ${socket.address} ${socket.port}`;
      if (!taken.has(place)) found.push(socket);
      taken.add(place);
    });
  }
  return found;
}

/** sshd's own children carry its name. */
function isClient(info: ProcessInfo): boolean {
  return info.command.startsWith("sshd: ") && !info.command.includes("listener");
}

function listener(service: Service, owner: ProcessInfo, place: { on: Service["on"][number]; at: number }): Socket {
  const { on } = place;
  const family = on === "any6" || on === "dual" || on === "::1" ? 6 : 4;
  const any = family === 6 ? "::" : "0.0.0.0";
  const address = on === "any" || on === "any6" || on === "dual" ? any : on;
  return {
    protocol: service.protocol,
    family,
    address,
    port: service.port,
    peer: any,
    peerPort: 0,
    state: service.protocol === "tcp" ? "LISTEN" : "",
    receive: 0,
    send: service.backlog,
    owner,
    fd: service.fd + place.at,
    uid: owner.uid,
  };
}

/** The visitor's own connection, as this machine sees it behind its address translation. */
export function visitorSocket(view: SystemView): Socket | undefined {
  const port = servicePort(view);
  const local = view.machine.interfaces.find(({ name }) => name !== "lo");
  const owner = view.processes().find((info) => (port === 23 ? /\btelnetd\b/ : /(^|\/)(sshd|dropbear)\b/).test(info.command));
  const peer = view.origin.address.replace(/^::ffff:/, "");
  if (local === undefined || owner === undefined) return undefined;
  return {
    protocol: "tcp",
    family: peer.includes(":") ? 6 : 4,
    address: peer.includes(":") ? (local.address6 ?? "::1") : local.address,
    port,
    peer,
    peerPort: view.origin.port,
    state: "ESTABLISHED",
    receive: 0,
    send: 0,
    owner,
    fd: 4,
    uid: 0,
  };
}

/** The port that the service really has: what the visitor reached may be a forwarded one. */
function servicePort(view: SystemView): number {
  const { port } = view.destination;
  return port === 2222 ? 22 : port === 2323 ? 23 : port;
}

/** All sockets: those that listen, then those that are connected. */
export function allSockets(view: SystemView): readonly Socket[] {
  const own = visitorSocket(view);
  const all = [...listeners(view), ...(own === undefined ? [] : [own])];
  const order = (socket: Socket) => (socket.protocol === "tcp" ? 0 : 2) + (socket.family === 6 ? 1 : 0);
  return all.sort((one, other) => order(one) - order(other));
}

/** Names of ports, as /etc/services has them. */
const PORT_NAMES: Readonly<Record<number, string>> = {
  20: "ftp-data",
  21: "ftp",
  22: "ssh",
  23: "telnet",
  25: "smtp",
  53: "domain",
  67: "bootps",
  68: "bootpc",
  80: "http",
  110: "pop3",
  111: "sunrpc",
  123: "ntp",
  143: "imap2",
  443: "https",
  547: "dhcpv6-server",
  3306: "mysql",
  4369: "epmd",
  5222: "xmpp-client",
};

export function portName(port: number): string {
  return PORT_NAMES[port] ?? String(port);
}
