import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { needs } from "../../../test/rig/needs.ts";
import { SERVICE, serviceUnit, socketName, socketUnit } from "./unit.ts";

const paths = {
  node: "/bin/true",
  program: "/bin/true",
  root: "/usr",
  configuration: "/etc/utsusemi/config.yaml",
  state: "/var/lib/utsusemi",
};

test("the socket unit lists every listener, IPv6 in brackets", () => {
  const unit = socketUnit("ssh", [
    { address: "0.0.0.0", port: 22 },
    { address: "::", port: 23 },
  ]);
  assert.match(unit, /^ListenStream=0\.0\.0\.0:22\nListenStream=\[::\]:23$/m);
});

test("systemd itself finds no mistake in the units", needs("systemd-analyze"), () => {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-units-"));
  const units = {
    [SERVICE]: serviceUnit(paths, ["ssh"]),
    [socketName("ssh")]: socketUnit("ssh", [{ address: "127.0.0.1", port: 2222 }]),
  };
  for (const [name, text] of Object.entries(units)) writeFileSync(join(folder, name), text);
  const complaints = execFileSync(
    "systemd-analyze",
    ["verify", "--recursive-errors=no", ...Object.keys(units).map((name) => join(folder, name))],
    {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  assert.equal(complaints, "");
});

test("systemd rates the service's exposure as low", needs("systemd-analyze"), () => {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-units-"));
  writeFileSync(join(folder, SERVICE), serviceUnit(paths, []));
  const rating = execFileSync("systemd-analyze", ["security", "--offline=true", "--no-pager", join(folder, SERVICE)], { encoding: "utf8" });
  const exposure = Number(/Overall exposure level for .*: ([\d.]+)/.exec(rating)?.[1]);
  assert.ok(exposure < 4, `exposure ${exposure}`);
});
