import type { Program } from "../../program.ts";
import { arp, ifconfig, route } from "./ifconfig.ts";
import { ip } from "./ip.ts";
import { netstat } from "./netstat.ts";
import { ss } from "./ss.ts";

/** The machine's networks, one line each. */
export const networkPrograms: readonly Program[] = [arp, ifconfig, ip, netstat, route, ss];
