import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { sshPersona } from "../decoys/ssh/persona.ts";
import { telnetPersona } from "../decoys/telnet/persona.ts";
import { checkProfile } from "./check-profile.ts";
import { profilesFolder } from "./profile.ts";

const wallMs = Date.UTC(2026, 10, 22, 12);
const shapes = { ssh: sshPersona, telnet: telnetPersona };

/** Checks a copy of the D-Link profile in which `from` became `to`. */
function checkedWith(from: string, to: string) {
  const folder = mkdtempSync(join(tmpdir(), "profile-"));
  try {
    cpSync(join(profilesFolder, "dlink"), folder, { recursive: true });
    const file = join(folder, "persona.yaml");
    const text = readFileSync(file, "utf8");
    assert.ok(text.includes(from), `the profile has no ${from}`);
    writeFileSync(file, text.replace(from, to));
    const line = text.slice(0, text.indexOf(from)).split("\n").length;
    return { problems: checkProfile(file, { shapes, wallMs, sites: 2 }), line };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const mistakes: readonly { from: string; to: string; key: string; why: RegExp; nearest?: string }[] = [
  { from: "  kernelRelease:", to: "  kernelRelaese:", key: "machine.kernelRelaese", why: /not a known key/, nearest: "kernelRelease" },
  { from: "endian: little", to: "endian: litle", key: "machine.endian", why: /must be one of little, big/, nearest: "little" },
  { from: "cpus: 1\n", to: "cpus: many\n", key: "machine.cpus", why: /must be a whole number from 1/ },
  {
    from: "  serial: {draw: pattern",
    to: "  serial: {draw: patern",
    key: "draws.serial.draw",
    why: /must be one of .*pattern/,
    nearest: "pattern",
  },
  { from: 'pattern: "QX2A1[A-F]', to: 'pattern: "QX2A1(A-F]', key: "draws.serial.pattern", why: /no pattern/ },
  { from: 'gateway: "@{wan}.1"', to: 'gateway: "@{wann}.1"', key: "machine.gateway", why: /@\{wann\}, which is not drawn/ },
  {
    from: 'parent: 1, user: root, command: "httpd',
    to: 'parent: htpd, user: root, command: "httpd',
    key: "machine.processes.17.parent",
    why: /names no process/,
  },
  { from: "    dialect: busybox", to: "    dialect: busyboks", key: "services.telnet.dialect", why: /must be one of/, nearest: "busybox" },
  { from: "  telnet:\n", to: "  telnett:\n", key: "services.telnett", why: /is no decoy/, nearest: "telnet" },
  { from: "  manifest: tree.tsv", to: "  manifest: tree.csv", key: "tree.manifest", why: /names no file/ },
  { from: '  "cpuinfo.**":', to: '  "cpuinfos.**":', key: "cpuinfo.head", why: /no entry in sources/ },
  { from: '  "users.**": {cited:', to: '  "users.**": {chosen:', key: "sources.users.**", why: /only under summary, life and draws/ },
  { from: '  "users.**": {cited: "Public', to: '  "users.**": {cited: "", verified: "Public', key: "sources.users.**", why: /exactly one/ },
  { from: "\nsources:", to: '\nallows:\n  swap: "no reason"\n\nsources:', key: "allows.swap", why: /not needed/ },
  {
    from: "\nsources:",
    to: '\nallows:\n  swop: "no reason"\n\nsources:',
    key: "allows.swop",
    why: /no rule has this name/,
    nearest: "swap",
  },
];

for (const { from, to, key, why, nearest } of mistakes) {
  test(`${JSON.stringify(to.trim())} is shown at ${key}, in its line`, () => {
    const { problems, line } = checkedWith(from, to);
    const problem = problems.find((one) => one.key === key);
    assert.ok(problem !== undefined, JSON.stringify(problems.slice(0, 5)));
    assert.match(problem.why, why);
    if (nearest !== undefined) assert.equal(problem.nearest, nearest);
    if (!key.startsWith("cpuinfo") && !key.startsWith("allows"))
      assert.ok(Math.abs(problem.line - line) <= 1, `line ${problem.line}, not ${line}`);
  });
}

test("a contradiction names its rule", () => {
  const { problems } = checkedWith("shell: ash", "shell: bash");
  assert.ok(problems.some(({ why, key }) => key === "machine.shell" && why.includes("rule shell-kind")));
});

test("an unknown profile and broken YAML are problems, not crashes", () => {
  assert.match(checkProfile("debian-21", { shapes, wallMs })[0]?.why ?? "", /is no profile: known are .*debian-12/);
  const { problems } = checkedWith("summary: ", "summary: [");
  assert.ok(problems.length > 0 && problems.every(({ line }) => line > 0));
});
