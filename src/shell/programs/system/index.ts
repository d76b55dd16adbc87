import type { Program } from "../../program.ts";
import { nproc } from "./cpus.ts";
import { crontab } from "./crontab.ts";
import { date } from "./date.ts";
import { blkid, dmidecode, fdisk, lsblk, lspci, lsusb } from "./devices.ts";
import { df } from "./df.ts";
import { dmesg } from "./dmesg.ts";
import { free } from "./free.ts";
import { dnsdomainname, domainname, hostname, hostnamectl } from "./hostname.ts";
import { kill } from "./kill.ts";
import { killall, pidof } from "./killall.ts";
import { last, lastb, lastlog, tty, users, w, who } from "./logins.ts";
import { lscpu } from "./lscpu.ts";
import { insmod, lsmod, modprobe, rmmod } from "./modules.ts";
import { findmnt, mount, mountpoint, umount } from "./mount.ts";
import { pgrep, pkill } from "./pgrep.ts";
import { ps } from "./ps/ps.ts";
import { arch, uname } from "./uname.ts";
import { uptime } from "./uptime.ts";

/** What the machine is and what runs on it, one line each. */
export const systemPrograms: readonly Program[] = [
  arch,
  blkid,
  crontab,
  date,
  df,
  dmesg,
  dmidecode,
  dnsdomainname,
  domainname,
  fdisk,
  findmnt,
  free,
  hostname,
  hostnamectl,
  insmod,
  kill,
  killall,
  last,
  lastb,
  lastlog,
  lsblk,
  lscpu,
  lsmod,
  lspci,
  lsusb,
  modprobe,
  mount,
  mountpoint,
  nproc,
  pgrep,
  pidof,
  pkill,
  ps,
  rmmod,
  tty,
  umount,
  uname,
  uptime,
  users,
  w,
  who,
];
