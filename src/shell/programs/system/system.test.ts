import assert from "node:assert/strict";
import { test } from "node:test";
import { loadProfile } from "../../../persona/profile.ts";
import { settlePersona } from "../../../persona/settle.ts";
import { runShell } from "../../testing/run.ts";

/** Tools against /proc, on personas as they are shipped. */
const NAMES = ["debian-12", "rocky-9", "ubuntu-24.04", "openwrt", "dlink", "cowrie-default", "kippo-default"];

function personaOf(name: string) {
  const loaded = loadProfile(name);
  assert.ok("profile" in loaded, name);
  return settlePersona(loaded.profile, { seed: new Uint8Array(32).fill(3), wallMs: Date.UTC(2026, 0, 15, 10, 30) });
}

const personas = NAMES.map((name) => [name, personaOf(name)] as const);
const [debian = assert.fail()] = personas.map(([, persona]) => persona);

const admin = debian.users.find(({ uid }) => uid === 1000)?.name ?? "root";

function run(line: string, persona = debian, user = "root") {
  return runShell(line, { persona, user });
}

for (const [name, persona] of personas) {
  test(`${name}: free says what /proc/meminfo says`, () => {
    const total = /MemTotal:\s+(\d+)/.exec(run("cat /proc/meminfo", persona).out)?.[1];
    assert.equal(/Mem:\s+(\d+)/.exec(run("free", persona).out)?.[1], total);
  });

  test(`${name}: ps shows every process that /proc has`, () => {
    const { out } = run("ls /proc; echo ---; ps -e 2>/dev/null || ps", persona);
    const [proc = "", table = ""] = out.split("---\n");
    const listed = new Set(table.split("\n").map((line) => /^\s*(\d+)/.exec(line)?.[1]));
    const missing = proc.split("\n").filter((entry) => /^\d+$/.test(entry) && !listed.has(entry));
    assert.ok(missing.length <= 2, `not in ps: ${missing}`);
  });

  test(`${name}: df and mount agree with /proc/mounts`, () => {
    const { out } = run("cat /proc/mounts; echo ---; mount; echo ---; df", persona);
    const [proc = "", mounts = "", space = ""] = out.split("---\n");
    const places = proc
      .trim()
      .split("\n")
      .map((line) => line.split(" ")[1]);
    assert.deepEqual(
      mounts
        .trim()
        .split("\n")
        .map((line) => / on (\S+) type /.exec(line)?.[1]),
      places,
    );
    for (const line of space.trim().split("\n").slice(1)) assert.ok(places.includes(line.split(/\s+/).at(-1)), line);
  });

  test(`${name}: uptime, load and processors agree with /proc`, () => {
    const { out } = run("cat /proc/loadavg; uptime; grep -c '^processor' /proc/cpuinfo", persona);
    const [load = "", line = "", cpus = ""] = out.split("\n");
    assert.ok(line.endsWith(`load average: ${load.split(" ").slice(0, 3).join(", ")}`), `${load} / ${line}`);
    assert.equal(Number(cpus), persona.machine.cpus);
  });

  test(`${name}: the interfaces of ifconfig are those of /proc/net/dev, with their counters`, () => {
    const { out } = run("cat /proc/net/dev; echo ---; ifconfig", persona);
    const [dev = "", shown = ""] = out.split("---\n");
    for (const line of dev.trim().split("\n").slice(2)) {
      const [interfaceName = "", rest = ""] = line.trim().split(":");
      const received = rest.trim().split(/\s+/)[0];
      assert.match(shown, new RegExp(`^${interfaceName.replace(".", "\\.")}[: ]`, "m"));
      assert.ok(shown.includes(`bytes ${received} `) || shown.includes(`bytes:${received} `), `${interfaceName} ${received}`);
    }
  });

  test(`${name}: netstat lists the listeners of /proc/net/tcp`, () => {
    const { out } = run("cat /proc/net/tcp /proc/net/tcp6; echo ---; netstat -tln", persona);
    const [proc = "", shown = ""] = out.split("---\n");
    const count = proc.split("\n").filter((line) => / 0A 0{8}/.test(line)).length;
    assert.equal(shown.split("\n").filter((line) => line.includes("LISTEN")).length, count);
    assert.ok(count > 0);
  });
}

test("nproc, lscpu and /proc/cpuinfo tell the same processors", () => {
  const { out } = run("nproc; lscpu | grep '^CPU(s)\\|^Model name'; grep -m1 'model name' /proc/cpuinfo");
  const [cpus, count = "", model = "", info = ""] = out.split("\n");
  assert.equal(count.split(/\s+/)[1], cpus);
  assert.equal(model.split(/:\s+/)[1], info.split(": ")[1]);
});

test("ps shows a table as procps-ng 4 prints it", () => {
  const { out } = run("ps aux | head -2; ps -ef | head -1; ps -o pid= -p 1");
  const [head, first = "", full, pid] = out.split("\n");
  assert.equal(head, "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND");
  assert.match(first, /^root +1 +\d\.\d +\d\.\d +\d+ +\d+ \? +Ss +\S+ +\d+:\d\d \/sbin\/init$/);
  assert.equal(full, "UID          PID    PPID  C STIME TTY          TIME CMD");
  assert.equal(pid, "      1");
});

test("ps chooses, sorts and complains", () => {
  assert.equal(run("ps -p 999999; echo $?").out, "    PID TTY          TIME CMD\n1\n");
  assert.match(run("ps -C nginx -o comm=").out, /^nginx\n/);
  assert.match(run("ps --foo").err, /^error: unknown gnu long option\n/);
  const rss = run("ps -eo rss= --sort=-rss | head -3").out.trim().split(/\s+/).map(Number);
  assert.deepEqual(
    rss,
    rss.toSorted((one, other) => other - one),
  );
});

test("signals reach the visitor's own processes, and only root may try others'", () => {
  assert.equal(run("sleep 100 & /usr/bin/kill $!; wait $!; echo $?").out, "143\n");
  assert.equal(run("sleep 100 & pkill -9 sleep; wait $!; echo $?").out, "137\n");
  assert.match(run("/usr/bin/kill 1; echo $?", debian, admin).out, /^1\n/);
  assert.equal(run("killall nosuch").err, "nosuch: no process found\n");
});

test("a crontab is found again, and wrong ones are refused", () => {
  const line = "*/5 * * * * /tmp/.x >/dev/null 2>&1";
  const { out } = run(`(crontab -l; echo '${line}') | crontab -; crontab -l; cat /var/spool/cron/crontabs/root`);
  assert.equal(out, `${line}\n${line}\n`);
  assert.equal(run("echo nonsense | crontab -; echo $?").out, "1\n");
  assert.equal(run("crontab -l").err, "no crontab for root\n");
});

test("date reads and writes dates", () => {
  assert.equal(run("date -u -d @0 +%F_%T").out, "1970-01-01_00:00:00\n");
  assert.equal(run("date -u -d '2024-02-28 + 2 days' +%F; date -u -R -d 2024-01-02").out.split("\n")[1], "Tue, 02 Jan 2024 00:00:00 +0000");
  assert.equal(run("LC_ALL=C date -d garbage; echo $?").err, "date: invalid date 'garbage'\n");
});

test("python and perl give a shell and a text, nothing else", () => {
  assert.equal(run(`python3 -c 'import os; os.system("echo in")'`).out, "in\n");
  assert.equal(run(`echo 'echo deep; exit' | python3 -c "import pty; pty.spawn('/bin/bash')"`).out.includes("deep"), true);
  assert.equal(run(`perl -e 'print "a\\n"'`).out, "a\n");
  assert.match(run("python3 -c 'x = 1'").err, /^Traceback/);
});

test("services are what runs", () => {
  assert.equal(run("systemctl is-active ssh nginx nosuch").out, "active\nactive\ninactive\n");
  const pid = /Main PID: (\d+)/.exec(run("systemctl status ssh").out)?.[1];
  assert.equal(run("pgrep -o sshd").out, `${pid}\n`);
});
