import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { templates } from "../../src/detectors/known/remote/nuclei-templates.ts";
import { needs } from "../rig/needs.ts";
import type { Found } from "./responders-in-namespace.ts";

/** What the real nmap, and nuclei's conditions written anew, say of responders of real sensors; all of it in a network of its own. */
test(
  "nmap names a honeypot on 19 ports, nuclei's 22 conditions hold, one port fires 15 templates: over IPv4 and IPv6 alike",
  needs("root", "nmap", "unshare"),
  async () => {
    const { ipv4, ipv6 } = await found();
    assert.equal(templates.length, 22);
    assert.deepEqual(
      templates.map(({ id }) => id).filter((id) => !ipv4.nuclei.includes(id)),
      [],
    );
    assert.ok(ipv4.onOnePort >= 15, String(ipv4.onOnePort));
    assert.match(ipv4.says["nuclei-hpd"] ?? "", /^8080: \d\d templates fire$/m);
    assert.ok(ipv4.nmap.length >= 19, ipv4.nmap.join("\n"));
    for (const line of ipv4.nmap) assert.match(line, /honeypot|Honeyd|HoneyTrap/i);
    assert.deepEqual(ipv6, ipv4);
  },
);

async function found(): Promise<Readonly<Record<"ipv4" | "ipv6", Found>>> {
  const script = join(import.meta.dirname, "responders-in-namespace.ts");
  const child = spawn("unshare", ["--net", process.execPath, script], { stdio: ["ignore", "pipe", "inherit"], timeout: 600_000 });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  await once(child, "close");
  return JSON.parse(out);
}
