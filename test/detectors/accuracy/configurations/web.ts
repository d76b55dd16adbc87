import type { Configuration, Service } from "../configuration.ts";

export const nginx = (text: string, ports: readonly number[], files: Readonly<Record<string, string>> = {}): Service => ({
  program: "nginx",
  ports,
  text,
  files: { "www/index.html": "<!doctype html><title>Site</title><h1>Welcome</h1>\n", ...files },
});

export const apache = (text: string, ports: readonly number[], files: Readonly<Record<string, string>> = {}): Service => ({
  program: "apache2",
  ports,
  text,
  files: { "www/index.html": "<!doctype html><title>Site</title><h1>It runs</h1>\n", ...files },
});

const tls = (certificate: string) => `ssl_certificate @materials@/${certificate}.pem; ssl_certificate_key @materials@/${certificate}.key;`;
const site = "root @folder@/www;";
const password = "ops:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n";

/** As Debian's package sets it up. */
export const nginxAsInstalled = nginx("server { listen @address@:80; root /usr/share/nginx/html; index index.html; }", [80]);

const proxy = `
  server { listen @address@:80; location / { proxy_pass http://@address@:8080; proxy_set_header Host $host; } }
  server { listen @address@:8080; server_tokens off; location / { default_type application/json; return 200 '{"status":"ok"}'; } }`;
const oldProtocols = "ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers ALL:@SECLEVEL=0;";

const twelve = [80, 81, 3000, 5000, 7001, 8000, 8001, 8008, 8080, 8081, 8888, 9090];

const nginxConfigurations: readonly Configuration[] = [
  { name: "nginx as installed", services: [nginxAsInstalled], trials: true, measured: true },
  { name: "nginx, server_tokens off", services: [nginx(`server_tokens off; server { listen @address@:80; ${site} }`, [80])] },
  { name: "nginx, TLS, RSA", services: [nginx(`server { listen @address@:443 ssl http2; ${tls("snakeoil")} ${site} }`, [443])] },
  { name: "nginx, TLS, elliptic", services: [nginx(`server { listen @address@:443 ssl; ${tls("elliptic")} ${site} }`, [443])] },
  { name: "nginx, TLS, defaults of openssl", services: [nginx(`server { listen @address@:443 ssl; ${tls("defaults")} ${site} }`, [443])] },
  { name: "nginx, TLS, issued", services: [nginx(`server { listen @address@:443 ssl; ${tls("issued")} ${site} }`, [443])] },
  { name: "nginx, TLS, edwards", services: [nginx(`server { listen @address@:8443 ssl; ${tls("edwards")} ${site} }`, [8443])] },
  {
    name: "nginx, old TLS, SHA-1",
    services: [nginx(`server { listen @address@:443 ssl; ${oldProtocols} ${tls("sha1")} ${site} }`, [443])],
  },
  {
    name: "nginx, redirect to TLS",
    services: [
      nginx(
        `server { listen @address@:80; return 301 https://$host$request_uri; } server { listen @address@:443 ssl; ${tls("wildcard")} ${site} }`,
        [80, 443],
      ),
    ],
  },
  {
    name: "nginx, own 404 and headers",
    services: [
      nginx(
        `server { listen @address@:80; ${site} error_page 404 /404.html; add_header X-Frame-Options DENY always; add_header Content-Security-Policy "default-src 'self'" always; }`,
        [80],
        { "www/404.html": "<h1>Nothing here</h1>\n" },
      ),
    ],
  },
  {
    name: "nginx, autoindex",
    services: [nginx(`server { listen @address@:80; ${site} autoindex on; index none; }`, [80], { "www/a.iso": "x" })],
  },
  {
    name: "nginx, basic auth",
    services: [
      nginx(`server { listen @address@:80; ${site} auth_basic "Intern"; auth_basic_user_file @folder@/users; }`, [80], { users: password }),
    ],
    trials: true,
  },
  { name: "nginx, reverse proxy", services: [nginx(proxy, [80, 8080])] },
  {
    name: "nginx, HTTP/1.0 to old clients",
    services: [nginx(`keepalive_timeout 0; chunked_transfer_encoding off; server { listen @address@:8000; ${site} }`, [8000])],
  },
  { name: "nginx, return 444", services: [nginx("server { listen @address@:80; return 444; }", [80])] },
  {
    name: "nginx, every path the same",
    services: [nginx(`server { listen @address@:80; ${site} location / { try_files /index.html =404; } }`, [80])],
  },
  {
    name: "nginx, every path a text",
    services: [nginx('server { listen @address@:80; default_type text/plain; return 200 "ok\\n"; }', [80])],
  },
  {
    name: "nginx, twelve ports",
    services: [nginx(`server { ${twelve.map((port) => `listen @address@:${port};`).join(" ")} root /usr/share/nginx/html; }`, twelve)],
  },
  {
    name: "nginx, many ports",
    services: [
      nginx(
        `server { listen @address@:80; listen @address@:81; listen @address@:8080; listen @address@:8888; ${site} }`,
        [80, 81, 8080, 8888],
      ),
    ],
  },
];

/** As Debian's package sets it up. */
export const apacheAsInstalled = apache("DocumentRoot /usr/share/apache2/default-site", [80]);

const apacheTls = (certificate: string) =>
  `SSLEngine on\nSSLCertificateFile @materials@/${certificate}.pem\nSSLCertificateKeyFile @materials@/${certificate}.key`;
const document = "DocumentRoot @folder@/www";
const login = '<Location "/">\nAuthType Basic\nAuthName "Restricted"\nAuthUserFile @folder@/users\nRequire valid-user\n</Location>';

const apacheConfigurations: readonly Configuration[] = [
  { name: "apache as installed", services: [apacheAsInstalled], trials: true },
  { name: "apache, ServerTokens Prod", services: [apache(`ServerTokens Prod\nServerSignature Off\n${document}`, [80])] },
  { name: "apache, ServerTokens Full", services: [apache(`ServerTokens Full\n${document}`, [8080])] },
  {
    name: "apache, ServerTokens Minor",
    services: [apache(`ServerTokens Minor\nServerSignature EMail\nServerAdmin root@example.org\n${document}`, [80])],
  },
  { name: "apache, user folders", services: [apache(`UserDir public_html\n${document}`, [80])] },
  { name: "apache, TLS", services: [apache(`${document}\n${apacheTls("snakeoil")}`, [443])] },
  {
    name: "apache, TLS, issued, HSTS",
    services: [apache(`${document}\n${apacheTls("issued")}\nHeader always set Strict-Transport-Security "max-age=63072000"`, [443])],
  },
  { name: "apache, basic auth", services: [apache(`${document}\n${login}`, [80], { users: password })], trials: true },
  {
    name: "apache, TRACE and status",
    services: [
      apache(`TraceEnable On\n${document}\n<Location "/server-status">\nSetHandler server-status\nRequire all granted\n</Location>`, [80]),
    ],
  },
  {
    name: "apache, own error pages",
    services: [apache(`${document}\nErrorDocument 404 "Not here."\nErrorDocument 403 /index.html\nErrorDocument 400 "What?"`, [80])],
  },
  {
    name: "apache, folders listed",
    services: [apache(`${document}\nDirectoryIndex none`, [80], { "www/backup.tar": "x", "www/readme.txt": "y" })],
  },
  {
    name: "apache, everything rewritten to one page",
    services: [apache(`${document}\nRewriteEngine On\nRewriteRule ^ /index.html [L]\nHeader set X-Powered-By PHP/8.2.7`, [80])],
  },
  { name: "apache, all denied", services: [apache(`${document}\n<Location "/">\nRequire all denied\n</Location>`, [80])] },
];

export const webConfigurations: readonly Configuration[] = [...nginxConfigurations, ...apacheConfigurations];
