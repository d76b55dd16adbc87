import type { Configuration, Service } from "../configuration.ts";

const one = (program: Service["program"], text: string, port: number): readonly Service[] => [{ program, ports: [port], text }];

const ftpTls = "ssl_enable=YES\nrsa_cert_file=@materials@/snakeoil.pem\nrsa_private_key_file=@materials@/snakeoil.key";
const redisTls = "tls-cert-file @materials@/snakeoil.pem\ntls-key-file @materials@/snakeoil.key\ntls-auth-clients no";

const vsftpd: readonly Configuration[] = [
  { name: "vsftpd as installed", services: one("vsftpd", "", 21), trials: true },
  { name: "vsftpd, banner", services: one("vsftpd", "ftpd_banner=Welcome to the mirror of example.org.", 21) },
  { name: "vsftpd, anonymous", services: one("vsftpd", "anonymous_enable=YES\nlocal_enable=NO\nno_anon_password=YES", 21) },
  {
    name: "vsftpd, anonymous uploads",
    services: one("vsftpd", "anonymous_enable=YES\nwrite_enable=YES\nanon_upload_enable=YES\nanon_mkdir_write_enable=YES", 21),
  },
  { name: "vsftpd, TLS", services: one("vsftpd", `${ftpTls}\nforce_local_logins_ssl=YES\nforce_local_data_ssl=YES`, 21) },
  { name: "vsftpd, implicit TLS", services: one("vsftpd", `${ftpTls}\nimplicit_ssl=YES`, 990) },
  { name: "vsftpd on 2121, few clients", services: one("vsftpd", "max_clients=5\nmax_per_ip=4\nchroot_local_user=YES", 2121) },
];

const redis: readonly Configuration[] = [
  { name: "redis as installed", services: one("redis-server", "", 6379), trials: true },
  { name: "redis, open to all", services: one("redis-server", "protected-mode no", 6379) },
  { name: "redis, password", services: one("redis-server", "requirepass correct-horse-battery", 6379) },
  {
    name: "redis, commands renamed",
    services: one("redis-server", 'rename-command CONFIG ""\nrename-command INFO hidden_info\nrename-command FLUSHALL ""', 6379),
  },
  { name: "redis, users", services: one("redis-server", "user default off\nuser app on >secret ~app:* +@read +@write", 6379) },
  { name: "redis, TLS", services: one("redis-server", `port 0\ntls-port 6380\n${redisTls}`, 6380) },
  {
    name: "redis on 7000, small",
    services: one("redis-server", "protected-mode no\nmaxmemory 8mb\nmaxclients 32\ndatabases 1\ntimeout 5", 7000),
  },
];

/** Somebody may log in from elsewhere; without such a user the server refuses at once. */
const reachable = (text: string, port: number): readonly Service[] => [
  {
    program: "mariadbd",
    ports: [port],
    text: `init-file=@folder@/init.sql\n${text}`,
    files: { "init.sql": "CREATE USER IF NOT EXISTS 'app'@'%' IDENTIFIED BY 'correct-horse-battery';\n" },
  },
];

const mariadb: readonly Configuration[] = [
  { name: "mariadb as installed", services: one("mariadbd", "", 3306), trials: true },
  { name: "mariadb, version of MySQL", services: reachable("version=8.0.36", 3306) },
  {
    name: "mariadb, TLS required",
    services: reachable("ssl-cert=@folder@/store/server.crt\nssl-key=@folder@/store/server.key\nrequire-secure-transport=ON", 3306),
  },
  { name: "mariadb, open to users from elsewhere", services: reachable("", 3306), trials: true },
  { name: "mariadb on 3307, old sql", services: one("mariadbd", "old-passwords=1\nmax-connections=10", 3307) },
  { name: "mariadb, hosts refused", services: one("mariadbd", "max-connect-errors=1\nconnect-timeout=3", 3306) },
];

const postgres: readonly Configuration[] = [
  { name: "postgresql as installed", services: one("postgres", "ssl = on", 5432), trials: true },
  { name: "postgresql, no TLS", services: one("postgres", "ssl = off", 5432) },
  { name: "postgresql, trust", services: [{ program: "postgres", ports: [5432], files: { "pg_hba.conf": "host all all all trust\n" } }] },
  {
    name: "postgresql, nobody admitted",
    services: [{ program: "postgres", ports: [5432], files: { "pg_hba.conf": "host all all all reject\n" } }],
  },
  {
    name: "postgresql on 5433, md5",
    services: [
      { program: "postgres", ports: [5433], text: "password_encryption = md5", files: { "pg_hba.conf": "host all all all md5\n" } },
    ],
    trials: true,
  },
];

const share = "[public]\npath = @folder@/share\nguest ok = yes\nread only = yes";
const samba: readonly Configuration[] = [
  {
    name: "samba as installed",
    services: [{ program: "smbd", ports: [445, 139], text: "server role = standalone server\nmap to guest = bad user" }],
    trials: true,
  },
  {
    name: "samba, SMB 1",
    services: [{ program: "smbd", ports: [445, 139], text: "server min protocol = NT1\nlanman auth = yes\nntlm auth = yes" }],
  },
  {
    name: "samba, SMB 3 only, encrypted",
    services: [{ program: "smbd", ports: [445], text: "server min protocol = SMB3_11\nserver smb encrypt = required" }],
  },
  { name: "samba, signing", services: [{ program: "smbd", ports: [445], text: "server signing = mandatory\nrestrict anonymous = 2" }] },
  {
    name: "samba, guests, other names",
    services: [
      {
        program: "smbd",
        ports: [445],
        text: `workgroup = OFFICE\nnetbios name = FILES\nserver string = Files\nmap to guest = bad password\n${share}`,
      },
    ],
  },
];

export const storeConfigurations: readonly Configuration[] = [...vsftpd, ...redis, ...mariadb, ...postgres, ...samba];
