import type { Program } from "../../program.ts";
import { groups, id, logname, whoami } from "./id.ts";
import { adduser, chsh, deluser, faillog, getent, groupadd, groupdel, useradd, userdel, usermod } from "./manage.ts";
import { chpasswd, passwd } from "./passwd.ts";
import { su } from "./su.ts";
import { sudo } from "./sudo.ts";

/** Who is who, one line each. */
export const accountPrograms: readonly Program[] = [
  adduser,
  chpasswd,
  chsh,
  deluser,
  faillog,
  getent,
  groupadd,
  groupdel,
  groups,
  id,
  logname,
  passwd,
  su,
  sudo,
  useradd,
  userdel,
  usermod,
  whoami,
];
