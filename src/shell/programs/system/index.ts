import type { Program } from "../../program.ts";
import { nproc } from "./cpus.ts";
import { crontab } from "./crontab.ts";
import { date } from "./date.ts";
import { blkid, dmidecode, fdisk, lsblk, lspci, lsusb } from "./devices.ts";
import { df } from "./df.ts";
import { dmesg } from "./dmesg.ts";
import { cal, getconf, lsof, sysctl, timedatectl, vmstat } from "./facts.ts";
import { free } from "./free.ts";
import { dnsdomainname, domainname, hostname, hostnamectl } from "./hostname.ts";
import { perl, python, python3, python27 } from "./interpreters.ts";
import { kill } from "./kill.ts";
import { killall, pidof } from "./killall.ts";
import { last, lastb, lastlog, tty, users, w, who } from "./logins.ts";
import { lscpu } from "./lscpu.ts";
import { insmod, lsmod, modprobe, rmmod } from "./modules.ts";
import { findmnt, mount, mountpoint, umount } from "./mount.ts";
import { pgrep, pkill } from "./pgrep.ts";
import { ps } from "./ps/ps.ts";
import { script } from "./script.ts";
import { journalctl, service, systemctl } from "./services.ts";
import { stty } from "./stty.ts";
import { clear, reset } from "./terminal-tools.ts";
import { top } from "./top.ts";
import { tput } from "./tput.ts";
import { arch, uname } from "./uname.ts";
import { uptime } from "./uptime.ts";
import { answers, chroot, mesg, powerPrograms, pstree, usleep, whereis, wrappers } from "./wrappers.ts";

/** What the machine is and what runs on it, one line each. */
export const systemPrograms: readonly Program[] = [
  arch,
  blkid,
  cal,
  clear,
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
  getconf,
  hostname,
  hostnamectl,
  insmod,
  journalctl,
  kill,
  killall,
  last,
  lastb,
  lastlog,
  lsblk,
  lscpu,
  lsmod,
  lsof,
  lspci,
  lsusb,
  modprobe,
  mount,
  mountpoint,
  nproc,
  perl,
  pgrep,
  pidof,
  pkill,
  ps,
  python,
  python27,
  python3,
  reset,
  rmmod,
  script,
  service,
  stty,
  sysctl,
  systemctl,
  timedatectl,
  top,
  tput,
  tty,
  umount,
  uname,
  uptime,
  users,
  vmstat,
  w,
  who,
  chroot,
  mesg,
  pstree,
  usleep,
  whereis,
  ...answers,
  ...powerPrograms,
  ...wrappers,
];
