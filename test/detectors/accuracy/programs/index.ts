import type { Program, ProgramName } from "../configuration.ts";
import { busybox, inetd, mariadb, postgres, python, redis, samba, vsftpd } from "./other-servers.ts";
import { dropbear, sshd } from "./ssh-servers.ts";
import { apache2, nginx } from "./web-servers.ts";

export const programs: Readonly<Record<ProgramName, Program>> = {
  sshd,
  dropbear,
  nginx,
  apache2,
  vsftpd,
  "redis-server": redis,
  mariadbd: mariadb,
  postgres,
  smbd: samba,
  busybox,
  "systemd-socket-activate": inetd,
  python3: python,
};
