import type { Program } from "../../program.ts";
import { dig, host, nslookup } from "./dns-tools.ts";
import { ethtool, ip6tables, iptables, iptablesRestore, iptablesSave, iwconfig, nft, tcpdump, ufw } from "./firewall.ts";
import { ftp } from "./ftp.ts";
import { arp, ifconfig, route } from "./ifconfig.ts";
import { ip } from "./ip.ts";
import { nc, ncat, ncOpenbsd, ncTraditional, netcatProgram } from "./nc.ts";
import { netstat } from "./netstat.ts";
import { ping, ping4, ping6, traceroute } from "./ping.ts";
import { dbclient, scp, sftp, slogin, ssh } from "./secure-shell.ts";
import { ss } from "./ss.ts";
import { telnet } from "./telnet.ts";

/** The machine's networks, and what would leave over them, one line each. */
export const networkPrograms: readonly Program[] = [
  arp,
  dbclient,
  dig,
  ethtool,
  ftp,
  host,
  ifconfig,
  ip,
  ip6tables,
  iptables,
  iptablesRestore,
  iptablesSave,
  iwconfig,
  nc,
  ncat,
  ncOpenbsd,
  ncTraditional,
  netcatProgram,
  netstat,
  nft,
  nslookup,
  ping,
  ping4,
  ping6,
  route,
  scp,
  sftp,
  slogin,
  ss,
  ssh,
  tcpdump,
  telnet,
  traceroute,
  ufw,
];
