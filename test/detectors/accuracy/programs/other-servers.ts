import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programPath } from "../../../rig/needs.ts";
import { filled, type Program } from "../configuration.ts";
import { postgresTool, runTool } from "../materials.ts";

/** One port only. The text is what differs from Debian's own file. */
export const vsftpd: Program = {
  prepare: async (place, { ports, text = "" }) => {
    mkdirSync(join(place.folder, "empty"), { mode: 0o755 });
    mkdirSync(join(place.folder, "ftp"), { mode: 0o755 });
    const whole = [
      "listen=YES",
      "listen_ipv6=NO",
      "background=NO",
      "listen_address=@address@",
      `listen_port=${ports[0] ?? 21}`,
      "anonymous_enable=NO",
      "anon_root=@folder@/ftp",
      "local_enable=YES",
      "dirmessage_enable=YES",
      "use_localtime=YES",
      "connect_from_port_20=NO",
      "secure_chroot_dir=@folder@/empty",
      "vsftpd_log_file=@folder@/log",
      "pam_service_name=vsftpd",
      "ssl_enable=NO",
      text,
    ];
    writeFileSync(join(place.folder, "vsftpd.conf"), filled(`${whole.join("\n")}\n`, place));
  },
  command: ({ folder }) => ({ file: programPath("vsftpd") ?? "vsftpd", arguments: [join(folder, "vsftpd.conf")] }),
};

export const redis: Program = {
  prepare: async (place, { ports, text = "" }) => {
    const base = ["bind @address@", "dir @folder@", 'save ""', "daemonize no", "logfile @folder@/log", `port ${ports[0] ?? 6379}`];
    writeFileSync(join(place.folder, "redis.conf"), filled(`${base.join("\n")}\n${text}\n`, place));
  },
  command: ({ folder }) => ({ file: programPath("redis-server") ?? "redis-server", arguments: [join(folder, "redis.conf")] }),
};

/** The text is its section `[mysqld]`. */
export const mariadb: Program = {
  prepare: async (place, { ports, text = "" }) => {
    await runTool("cp", "-a", join(place.materials, "mariadb"), join(place.folder, "store"));
    const whole = [
      "[mysqld]",
      "user=mysql",
      "datadir=@folder@/store",
      "socket=@folder@/store/socket",
      "pid-file=@folder@/store/pid",
      "log-error=@folder@/store/log",
      "bind-address=@address@",
      `port=${ports[0] ?? 3306}`,
      "innodb-buffer-pool-size=8M",
      "innodb-log-file-size=4M",
      "skip-name-resolve",
      text,
    ];
    await giveCertificate(place.materials, join(place.folder, "store"), "mysql");
    writeFileSync(join(place.folder, "mariadb.cnf"), filled(`${whole.join("\n")}\n`, place), { mode: 0o644 });
  },
  command: ({ folder }) => ({ file: programPath("mariadbd") ?? "mariadbd", arguments: [`--defaults-file=${join(folder, "mariadb.cnf")}`] }),
};

/** Servers that don't start as root read only their own keys. */
async function giveCertificate(materials: string, store: string, owner: string): Promise<void> {
  const [certificate, key] = [join(store, "server.crt"), join(store, "server.key")];
  await runTool("cp", join(materials, "snakeoil.pem"), certificate);
  await runTool("cp", join(materials, "snakeoil.key"), key);
  await runTool("chown", owner, certificate, key);
}

/** The text is added to `postgresql.conf`; the file `pg_hba.conf`, where given, replaces the one that admits with scram-sha-256. */
export const postgres: Program = {
  prepare: async (place, { ports, text = "", files = {} }) => {
    const store = join(place.folder, "store");
    await runTool("cp", "-a", join(place.materials, "postgres"), store);
    const whole = [
      `port = ${ports[0] ?? 5432}`,
      "listen_addresses = '@address@'",
      "unix_socket_directories = '@folder@/store'",
      "fsync = off",
      text,
    ];
    writeFileSync(join(store, "postgresql.auto.conf"), filled(`${whole.join("\n")}\n`, place));
    writeFileSync(join(store, "pg_hba.conf"), files["pg_hba.conf"] ?? "host all all all scram-sha-256\n");
    await giveCertificate(place.materials, store, "postgres");
  },
  command: ({ folder }) => ({ file: postgresTool("postgres"), arguments: ["-D", join(folder, "store")], user: "postgres" }),
};

/** The first argument is the applet: `telnetd`, `httpd`. */
export const busybox: Program = {
  prepare: async () => undefined,
  command: (place, { ports: [port = 23], arguments: [applet = "telnetd", ...more] = [] }) => {
    const listening = applet === "telnetd" ? ["-F", "-b", place.address, "-p", `${port}`] : ["-f", "-p", `${place.address}:${port}`];
    const others = more.map((argument) => filled(argument, place));
    return { file: programPath("busybox") ?? "busybox", arguments: [applet, ...listening, ...others] };
  },
};

/** One process for each connection, as inetd has them: the arguments are the command. */
export const inetd: Program = {
  prepare: async () => undefined,
  command: ({ address }, { ports, arguments: command = ["cat"] }) => ({
    file: programPath("systemd-socket-activate") ?? "systemd-socket-activate",
    arguments: ["--inetd", "--accept", ...ports.map((port) => `--listen=${address}:${port}`), ...command],
  }),
};

/** `python3 -m http.server`, as developers leave it running. */
export const python: Program = {
  prepare: async () => undefined,
  command: ({ address, folder }, { ports: [port = 8000] }) => ({
    file: "/usr/bin/python3",
    arguments: ["-m", "http.server", "--bind", address, "--directory", join(folder, "www"), `${port}`],
  }),
};

/** The text is its section `[global]` and shares. */
export const samba: Program = {
  prepare: async (place, { ports, text = "" }) => {
    for (const name of ["private", "state", "cache", "lock", "pid", "share", "ncalrpc"])
      mkdirSync(join(place.folder, name), { mode: 0o755 });
    const folders = ["private dir=private", "state directory=state", "cache directory=cache", "lock directory=lock", "pid directory=pid"];
    const whole = [
      "[global]",
      "interfaces = @address@/8",
      "bind interfaces only = yes",
      `smb ports = ${ports.join(" ")}`,
      ...folders.map((line) => line.replace("=", " = @folder@/")),
      "ncalrpc dir = @folder@/ncalrpc",
      "log file = @folder@/log",
      "disable spoolss = yes",
      "load printers = no",
      text,
    ];
    writeFileSync(join(place.folder, "smb.conf"), filled(`${whole.join("\n")}\n`, place));
  },
  command: ({ folder }) => ({
    file: programPath("smbd") ?? "smbd",
    arguments: ["--foreground", "--no-process-group", "-s", join(folder, "smb.conf")],
  }),
};
