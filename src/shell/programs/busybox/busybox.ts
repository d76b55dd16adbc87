import type { Execution, Process, Program } from "../../program.ts";
import { lastPart } from "../paths.ts";
import { busyboxUsage } from "../usage.ts";

/**
 * The multi-call binary. By its own name it takes the applet's name as first argument; by another name it is that applet. The programs behind
 * the applets are the same as elsewhere, in busybox's flavour: the loader picks them by the name that they were called by.
 */
export const busybox: Program = {
  name: "busybox",
  *run(process) {
    const called = lastPart(process.argv[0] ?? "").replace(/^-/, "");
    if (!called.startsWith("busybox")) return yield* called_(process, called);
    const [first, ...rest] = process.args;
    if (first === undefined || first === "--help") return yield* show(process, overview(process, first === undefined));
    if (first === "--list")
      return yield* show(
        process,
        applets(process)
          .map((name) => `${name}\n`)
          .join(""),
      );
    if (first === "--list-full")
      return yield* show(
        process,
        applets(process)
          .map((name) => `${placeOf(name)}${name}\n`)
          .join(""),
      );
    if (first === "--install") return 0;
    if (first === "busybox") return yield* show(process, overview(process, true));
    if (!applets(process).includes(first)) return yield* unknown(process, first);
    const path = process.system.persona.commands["busybox"] ?? "/bin/busybox";
    const done = yield* process.exec([first, ...rest], path);
    return typeof done === "number" ? done : yield* unknown(process, first);
  },
};

/** By an applet's name, when none of our programs stands behind it. */
function* called_(process: Process, name: string): Execution {
  if (!applets(process).includes(name)) return yield* unknown(process, name);
  process.observe({ kind: "command.unknown", fields: { program: name } });
  yield* process.write(2, busyboxUsage(process, `${name} [OPTIONS] [ARGS]`));
  return 1;
}

function applets(process: Process): readonly string[] {
  return process.system.machine.busyboxApplets;
}

function* unknown(process: Process, name: string): Execution {
  yield* process.write(2, `${name}: applet not found\n`);
  return 127;
}

function* show(process: Process, text: string): Execution {
  yield* process.print(text);
  return 0;
}

/** Where --list-full says that an applet belongs. */
function placeOf(name: string): string {
  if (
    /^(acpid|adjtimex|arp|blkid|blockdev|depmod|fdisk|getty|halt|hwclock|if(config|down|up)|init|insmod|ip|klogd|losetup|lsmod|mdev|mk(dosfs|e2fs|swap)|modprobe|nameif|pivot_root|poweroff|reboot|rmmod|route|sulogin|swapo(ff|n)|switch_root|sysctl|syslogd|tunctl|udhcpc|vconfig|watchdog)$/.test(
      name,
    )
  )
    return "sbin/";
  if (
    /^(arch|ash|base64|cat|chgrp|chmod|chown|cp|cpio|date|dd|df|dmesg|dnsdomainname|echo|ed|egrep|false|fgrep|grep|gunzip|gzip|hostname|kill|linux32|linux64|ln|login|ls|lzop|mkdir|mknod|mktemp|more|mount|mt|mv|netstat|nuke|pidof|ping|ping6|printenv|ps|pwd|resume|rm|rmdir|run-parts|sed|setpriv|sh|sleep|stat|stty|su|sync|tar|touch|true|umount|uname|usleep|vi|watch|zcat)$/.test(
      name,
    )
  )
    return "bin/";
  return /^(arping|brctl|chroot|crond|dumpleases|fdformat|ftpd|httpd|i2c\w+|inetd|killall5|loadfont|mim|nologin|ntpd|popmaildir|rdate|rdev|readprofile|remove-shell|sendmail|setlogcons|svlogd|telnetd|tftpd|ubirename|udhcpd)$/.test(
    name,
  )
    ? "usr/sbin/"
    : "usr/bin/";
}

function overview(process: Process, withList: boolean): string {
  const banner = process.system.machine.versions["busybox"] ?? "BusyBox multi-call binary.";
  const [, minor = "0"] = /v1\.(\d+)/.exec(banner) ?? [];
  const text = Number(minor) >= 20 ? RECENT : OLD;
  const joined = withList || Number(minor) < 30 ? `\nCurrently defined functions:\n${wrapped(applets(process))}\n` : "";
  return `${banner}\n${text}${joined}`;
}

const RECENT = `BusyBox is copyrighted by many authors between 1998-2015.
Licensed under GPLv2. See source distribution for detailed
copyright notices.

Usage: busybox [function [arguments]...]
   or: busybox --list[-full]
   or: busybox --install [-s] [DIR]
   or: function [arguments]...

\tBusyBox is a multi-call binary that combines many common Unix
\tutilities into a single executable.  Most people will create a
\tlink to busybox for each function they wish to use and BusyBox
\twill act like whatever it was invoked as.
`;

const OLD = `Copyright (C) 1998-2008 Erik Andersen, Rob Landley, Denys Vlasenko
and others. Licensed under GPLv2.
See source distribution for full notice.

Usage: busybox [function] [arguments]...
   or: function [arguments]...

\tBusyBox is a multi-call binary that combines many common Unix
\tutilities into a single executable.  Most people will create a
\tlink to busybox for each function they wish to use and BusyBox
\twill act like whatever it was invoked as!
`;

/** Names with commas, in lines of at most 80 columns behind a tab. */
function wrapped(names: readonly string[]): string {
  const lines: string[] = [];
  let line = "";
  for (const [at, name] of names.entries()) {
    const piece = name + (at === names.length - 1 ? "" : ",");
    if (line !== "" && 8 + line.length + 1 + piece.length > 79) {
      lines.push(line);
      line = "";
    }
    line += (line === "" ? "" : " ") + piece;
  }
  return [...lines, line].map((one) => `\t${one}\n`).join("");
}
