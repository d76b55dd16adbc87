import assert from "node:assert/strict";
import test from "node:test";
import { needsFaulting } from "../disguise/tracer-rig.ts";
import { told, utsusemi } from "../rig/command.ts";
import { needs } from "../rig/needs.ts";

test("disguise run: the command sees the story, its output and status are its own", needs("root", "unshare"), async () => {
  const { code, out } = await utsusemi([
    "disguise",
    "run",
    "lazy-honeypot",
    "--",
    "sh",
    "-c",
    "uname -n; grep -c ^phil: /etc/passwd; ls /opt/cowrie; exit 7",
  ]);
  assert.equal(code, 7);
  assert.match(out, /^svr04\n1\netc\nshare\nvar\n$/);
});

test("disguise run refuses risk until it is accepted, contradictions, and stories that are not there", async () => {
  const refused = async (...args: readonly string[]) => {
    const { code, out, err } = await utsusemi(["disguise", "run", ...args, "--", "echo", "ran"]);
    assert.notEqual(code, 0);
    assert.doesNotMatch(out, /ran/);
    return err;
  };
  assert.match(await refused("vmware-sandbox"), /Malware is known to destroy.*\n?.*--accept-risk/s);
  assert.match(await refused("lazy-honeypot", "--with", "people.host-name.honeypot"), /contradict/);
  assert.match(await refused("nothing"), /There is no story nothing/);
});

const tools = needsFaulting("root", "unshare", "systemd-detect-virt");

test("disguise run with the risk accepted: a real detector says what the story promises", tools, async () => {
  assert.equal(await told(["disguise", "run", "vmware-sandbox", "--accept-risk", "--", "systemd-detect-virt", "--vm"]), "vmware\n");
  const { out } = await utsusemi(["disguise", "run", "metal", "--", "systemd-detect-virt", "--vm"]);
  assert.equal(out, "none\n");
});
