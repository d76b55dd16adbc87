import type { Configuration, Service } from "../configuration.ts";

const telnetd = (args: readonly string[] = [], port = 23): Service => ({
  program: "busybox",
  ports: [port],
  arguments: ["telnetd", "-l", "/bin/login", ...args],
  files: { issue: "Small Box\\r\\n\\nAll activity is logged.\n\n" },
});

const httpd = (port: number, args: readonly string[] = []): Service => ({
  program: "busybox",
  ports: [port],
  arguments: ["httpd", "-h", "@folder@/www", ...args],
  files: { "www/index.html": "<html><head><title>Router</title></head><body>Log in</body></html>\n" },
});

const dropbear: Service = { program: "dropbear", ports: [22] };

const inetd = (port: number, ...command: readonly string[]): Service => ({
  program: "systemd-socket-activate",
  ports: [port],
  arguments: command,
});

const python: Service = { program: "python3", ports: [8000], files: { "www/notes.txt": "x\n" } };

/** What small boxes run: busybox, with Dropbear or without. */
export const smallConfigurations: readonly Configuration[] = [
  { name: "busybox telnetd", services: [telnetd()], trials: true },
  { name: "busybox telnetd, issue", services: [telnetd(["-f", "@folder@/issue"])] },
  { name: "busybox telnetd on 2323", services: [telnetd([], 2323)] },
  { name: "busybox httpd", services: [httpd(80)] },
  { name: "busybox httpd, realm", services: [httpd(8080, ["-r", "Router"])] },
  { name: "small router", services: [dropbear, telnetd(), httpd(80)], trials: true },
  { name: "inetd, echo", services: [inetd(7, "cat")] },
  { name: "inetd, date", services: [inetd(13, "date")] },
  { name: "inetd, wrapped", services: [inetd(111, "true")] },
  { name: "inetd, silent", services: [inetd(9, "sleep", "10")] },
  { name: "old host with small services", services: [{ program: "sshd", ports: [22] }, inetd(7, "cat"), inetd(13, "date"), telnetd()] },
  { name: "python http.server", services: [python] },
  { name: "developer's host", services: [{ program: "sshd", ports: [22] }, python, { program: "redis-server", ports: [6379] }] },
  { name: "camera-like", services: [telnetd(["-K"]), httpd(80), httpd(81)] },
];
