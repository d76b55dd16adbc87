import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { programPath } from "../../../rig/needs.ts";
import { filled, type Program } from "../configuration.ts";

/** The text stands in `http { }`. */
export const nginx: Program = {
  prepare: async (place, { text = "" }) => {
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `  ${name}_temp_path @folder@/${name};`);
    const whole = [
      "daemon off;",
      "worker_processes 1;",
      "user www-data;",
      "pid @folder@/pid;",
      "error_log @folder@/log;",
      "events { worker_connections 256; }",
      "http {",
      "  include /etc/nginx/mime.types;",
      "  default_type application/octet-stream;",
      "  access_log off;",
      ...temporary,
      text,
      "}",
    ];
    writeFileSync(join(place.folder, "nginx.conf"), filled(`${whole.join("\n")}\n`, place));
  },
  command: ({ folder }) => ({
    file: programPath("nginx") ?? "nginx",
    arguments: ["-e", join(folder, "log"), "-c", join(folder, "nginx.conf")],
  }),
};

/** The text comes after `Listen` and the modules; `Listen` is written for each port. */
export const apache2: Program = {
  prepare: async (place, { ports, text = "" }) => {
    const whole = [
      "ServerRoot @folder@",
      "DefaultRuntimeDir @folder@",
      "PidFile @folder@/pid",
      "Mutex file:@folder@ default",
      "ErrorLog @folder@/log",
      "User www-data",
      "Group www-data",
      "ServerName debian",
      "StartServers 1",
      "TypesConfig /etc/mime.types",
      ...modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
      ...ports.map((port) => `Listen @address@:${port}`),
      "<Directory />\n  Options FollowSymLinks\n  AllowOverride None\n  Require all denied\n</Directory>",
      '<Directory "@folder@/www">\n  Options Indexes FollowSymLinks\n  Require all granted\n</Directory>',
      '<Directory "/usr/share/apache2/default-site">\n  Options Indexes FollowSymLinks\n  Require all granted\n</Directory>',
      "ServerTokens OS",
      "ServerSignature On",
      "TraceEnable Off",
      "DirectoryIndex index.html",
      text,
    ];
    writeFileSync(join(place.folder, "apache2.conf"), filled(`${whole.join("\n")}\n`, place));
  },
  command: ({ folder }) => ({
    file: programPath("apache2") ?? "apache2",
    arguments: ["-d", folder, "-f", join(folder, "apache2.conf"), "-DFOREGROUND"],
  }),
};

/** What Debian enables at installation, and what the configurations use beside. */
const modules = [
  "mpm_event authz_core authz_host authz_user authn_core authn_file auth_basic access_compat alias autoindex deflate dir env filter mime",
  "negotiation reqtimeout setenvif status headers rewrite userdir socache_shmcb ssl proxy proxy_http",
]
  .join(" ")
  .split(" ");
