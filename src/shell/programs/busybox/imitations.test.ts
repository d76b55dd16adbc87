import assert from "node:assert/strict";
import { test } from "node:test";
import { loadProfile } from "../../../persona/profile.ts";
import { settlePersona } from "../../../persona/settle.ts";
import { runShell } from "../../testing/run.ts";

/** What detectors of Cowrie and Kippo look for in a shell. */
function run(name: string, line: string) {
  const loaded = loadProfile(name);
  assert.ok("profile" in loaded, name);
  const persona = settlePersona(loaded.profile, { seed: new Uint8Array(32).fill(9), wallMs: Date.UTC(2026, 0, 15, 10, 30) });
  const { out, err } = runShell(line, { persona });
  return out + err;
}

const TRAITS: readonly (readonly [persona: string, line: string, answer: RegExp])[] = [
  ["cowrie-default", "vi /etc/passwd", /^E558: Terminal entry not found in terminfo\n$/],
  ["cowrie-default", "top", /^E82: Cannot allocate any buffer, exiting\.\.\.\n$/],
  [
    "cowrie-default",
    "ping -c 1 google.com",
    /^PING google\.com \(29\.89\.32\.244\)[\s\S]*ttl=50[\s\S]*time 907ms\nrtt min\/avg\/max\/mdev = 48\.264\/50\.352\/52\.441\/2\.100 ms\n$/,
  ],
  ["cowrie-default", "hostname; tail -1 /etc/passwd", /^svr04\nphil:x:1000:1000:Phil California,,,:\/home\/phil:\/bin\/bash\n$/],
  ["cowrie-default", "uname -r; cat /proc/version", /^6\.1\.0-21-amd64\nLinux version 3\.2\.0-4-amd64 /],
  ["cowrie-default", "busybox | head -1", /^BusyBox v1\.20\.2 \(Debian 1:1\.20\.0-7\) multi-call binary/],
  ["cowrie-default", "ps aux", /\/usr\/sbin\/VBoxService/],
  ["cowrie-default", "df", /65626fdc-e4c5-4539-8745-edc212b9b0af/],
  ["kippo-default", "uname -a", /^Linux svr03 2\.6\.26-2-686 #1 SMP Wed Nov 4 20:45:37 UTC 2009 i686 GNU\/Linux\n$/],
  ["kippo-default", "ifconfig eth0", /HWaddr 00:4C:A8:AB:32:F4 [\s\S]*inet addr:10\.98\.55\.4 /i],
  ["kippo-default", "vi", /^E558: Terminal entry not found in terminfo\n$/],
  ["kippo-default", "apt-get moo", /Have you mooed today\?/],
];

for (const [persona, line, answer] of TRAITS) {
  test(`${persona}: ${line}`, () => {
    assert.match(run(persona, line), answer);
  });
}
