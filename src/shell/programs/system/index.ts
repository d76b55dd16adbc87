import type { Program } from "../../program.ts";
import { nproc } from "./cpus.ts";
import { free } from "./free.ts";
import { dnsdomainname, domainname, hostname, hostnamectl } from "./hostname.ts";
import { ps } from "./ps/ps.ts";
import { arch, uname } from "./uname.ts";
import { uptime } from "./uptime.ts";

/** What the machine is and what runs on it, one line each. */
export const systemPrograms: readonly Program[] = [arch, dnsdomainname, domainname, free, hostname, hostnamectl, nproc, ps, uname, uptime];
