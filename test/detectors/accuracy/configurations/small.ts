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

/** What small boxes run: busybox, with Dropbear or without. */
export const smallConfigurations: readonly Configuration[] = [
  { name: "busybox telnetd", services: [telnetd()], trials: true },
  { name: "busybox telnetd, issue", services: [telnetd(["-f", "@folder@/issue"])] },
  { name: "busybox telnetd on 2323", services: [telnetd([], 2323)] },
  { name: "busybox httpd", services: [httpd(80)] },
  { name: "busybox httpd, realm", services: [httpd(8080, ["-r", "Router"])] },
  { name: "small router", services: [dropbear, telnetd(), httpd(80)], trials: true },
  { name: "camera-like", services: [telnetd(["-K"]), httpd(80), httpd(81)] },
];
