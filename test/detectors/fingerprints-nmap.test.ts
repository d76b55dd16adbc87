import assert from "node:assert/strict";
import test from "node:test";
import { loadFingerprints } from "../../src/detectors/fingerprints/index.ts";
import { runClient } from "../clients/run-client.ts";
import { needs } from "../rig/needs.ts";
import { startReplay } from "../rig/replay-fingerprints.ts";

/**
 * The fingerprints for which nmap has a name of its own, served over loopback and shown to the real nmap: what it prints proves that the
 * bytes are those of the products. The list is exact: nmap 7.93 of Debian 12 with its own probes.
 */
const NAMED: Readonly<Record<string, RegExp>> = {
  "backofficer-friendly.http": /BackOfficer Friendly http honeypot/,
  "backofficer-friendly.mail": /BackOfficer Friendly honeypot/,
  "backofficer-friendly.telnet": /BackOfficer Friendly telnet honeypot/,
  "cowrie.telnet.greeting": /Cowrie Honeypot telnetd/,
  "dionaea.ftp.banner-code": /Dionaea honeypot ftpd/,
  "dionaea.http.directory": /Dionaea honeypot httpd/,
  "dionaea.http.options": /Dionaea Honeypot httpd/,
  "dionaea.mssql.prelogin": /Dionaea honeypot MS-SQL server/,
  "dionaea.netbios.padded": /Nepenthes honeypot netbios-ssn/,
  "dionaea.sip.options": /Dionaea Honeypot sipd/,
  "dionaea.smb.negotiate": /Dionaea honeypot smbd/,
  "honeyd.cmdexe": /honeyd cmdexe\.pl/,
  "honeyd.http.server": /Honeyd httpd/,
  "kojoney.banner": /Kojoney SSH honeypot/,
  "nepenthes.ftp.banner": /Nepenthes HoneyTrap fake vulnerable ftpd/,
  "netbuster.netbus": /NetBuster.*honeypot/,
  "sshtroll.banner": /SSHTroll ssh honeypot/,
  "valhalla.http": /Valhalla honeypot/,
  "whizkid.telnet": /Whiz Kid Technomagic Imaginary telnet honeypot/,
};

test("nmap names the product of every fingerprint that is said to fire it", needs("nmap"), async () => {
  const entries = loadFingerprints().all.filter(({ fires }) => fires.some((tool) => tool === "nmap" || tool === "nmap netbus-version"));
  assert.deepEqual(entries.map(({ id }) => id).sort(), Object.keys(NAMED).sort());
  await using replay = await startReplay(entries.map((entry) => [entry]));
  const ports = entries.map(({ id }) => replay.port(id));
  const { out } = await runClient("nmap", ["-n", "-Pn", "-sT", "-sV", "-p", ports.join(","), "127.0.0.1"], { withinMs: 400_000 });
  for (const [id, name] of Object.entries(NAMED)) {
    const line = out.split("\n").find((one) => one.startsWith(`${replay.port(id)}/tcp`)) ?? "";
    assert.match(line, name, `${id}: ${line}`);
  }
});
