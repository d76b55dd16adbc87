import type { Configuration, Service } from "../configuration.ts";
import { apache, apacheAsInstalled, nginx, nginxAsInstalled } from "./web.ts";

const sshd: Service = { program: "sshd", ports: [22] };
const ftp: Service = { program: "vsftpd", ports: [21], text: "anonymous_enable=YES" };
const redis: Service = { program: "redis-server", ports: [6379] };
const openRedis: Service = { program: "redis-server", ports: [6379], text: "protected-mode no" };
const mariadb: Service = { program: "mariadbd", ports: [3306] };
const postgres: Service = { program: "postgres", ports: [5432], text: "ssl = on" };
const samba: Service = { program: "smbd", ports: [445, 139], text: "map to guest = bad user" };
const dropbear: Service = { program: "dropbear", ports: [2222] };
const api = nginx('server { listen @address@:8080; default_type application/json; return 200 "{}"; }', [8080]);
const secureSite = nginx(
  "server { listen @address@:80; return 301 https://$host$request_uri; } server { listen @address@:443 ssl; ssl_certificate @materials@/elliptic.pem; ssl_certificate_key @materials@/elliptic.key; root @folder@/www; }",
  [80, 443],
);

/** Several services on one host, as they are found together. */
export const mixedConfigurations: readonly Configuration[] = [
  { name: "web host", services: [sshd, apacheAsInstalled, mariadb, ftp], trials: true, measured: true },
  { name: "web host with TLS", services: [sshd, secureSite, postgres] },
  { name: "file server", services: [sshd, samba, ftp] },
  { name: "database server", services: [sshd, mariadb, postgres, redis] },
  { name: "application server", services: [{ ...sshd, text: "PasswordAuthentication no" }, nginxAsInstalled, api, openRedis] },
  { name: "everything", services: [sshd, ftp, nginxAsInstalled, samba, mariadb, postgres, redis, dropbear] },
  {
    name: "router-like",
    services: [{ ...dropbear, ports: [22] }, nginx("server_tokens off; server { listen @address@:80; root @folder@/www; }", [80]), samba],
  },
  { name: "two web servers", services: [sshd, nginxAsInstalled, apache("DocumentRoot @folder@/www", [8080])] },
  { name: "two ssh servers", services: [sshd, dropbear, openRedis] },
  {
    name: "shared hosting",
    services: [{ ...sshd, ports: [2222] }, secureSite, apache("DocumentRoot @folder@/www", [8080, 8081]), mariadb, { ...ftp, text: "" }],
  },
];
