import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { needs } from "../rig/needs.ts";
import { container, ENVIRONMENT, honeypot, runUnder, shellUnder, vmware } from "./run-rig.ts";

/** One process tree sees another host; the host itself stays as it is, and the tree's own work reaches it. */
const folder = mkdtempSync(join(tmpdir(), "disguise-run-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const root = needs("root");

/** The tree sees the host's processes, and other tests show the same story: names that only this file uses. */
const ownProcess = { ...honeypot, processes: honeypot.processes?.map((one) => ({ ...one, name: "twistd-own" })) ?? [] };

test("generated files have their bytes, mode, owner and time; directories are as new as what is in them", root, () => {
  const said = shellUnder(
    [honeypot],
    "cat /opt/cowrie/etc/cowrie.cfg; stat -c '%a %u %g %Y %F' /opt/cowrie/etc/cowrie.cfg /opt/cowrie/etc",
  );
  assert.equal(said, "[honeypot]\nhostname = svr04\n640 0 4 1600000000 regular file\n755 0 0 1600000000 directory\n");
});

test("host name, files and processes of the story are seen inside, and not outside", root, () => {
  const line = "hostname; cat /etc/hostname /proc/sys/kernel/hostname; ls -d /home/phil /opt/cowrie; ps -C twistd-own -o comm=,args=";
  assert.equal(
    shellUnder([ownProcess], line),
    "svr04\nsvr04\nsvr04\n/home/phil\n/opt/cowrie\ntwistd-own      /usr/bin/python3 /opt/cowrie/bin/twistd -n cowrie\n",
  );
  assert.notEqual(hostname(), "svr04");
  assert.deepEqual([existsSync("/opt/cowrie"), existsSync("/home/phil")], [false, false]);
});

test("a background process has the program that it seems to be, and python stays python", root, () => {
  const program = spawnSync("readlink", ["-f", "/usr/bin/python3"], { encoding: "utf8" }).stdout;
  const said = shellUnder([ownProcess], "readlink /proc/$(pgrep -x twistd-own)/exe; /usr/bin/python3 -c 'print(6 * 7)'");
  assert.equal(said, `${program}42\n`);
});

test("a program that is not there is there as long as its process runs", root, () => {
  const tools = {
    processes: [{ name: "vmtoolsd-own", program: "/opt/tools/vmtoolsd", arguments: ["/opt/tools/vmtoolsd", "-n", "vmsvc"] }],
  };
  const said = shellUnder([tools], "readlink /proc/$(pgrep -x vmtoolsd-own)/exe; stat -c %a /opt/tools/vmtoolsd");
  assert.equal(said, "/opt/tools/vmtoolsd\n755\n");
});

test("what the tree writes elsewhere reaches the real files; what it sees otherwise cannot be written", root, () => {
  const file = join(folder, "written");
  writeFileSync(file, "before");
  const said = shellUnder(
    [honeypot, container],
    `echo inside >${file}; mkdir ${file}.d; echo x >/etc/hostname; touch /new-name; rm -r /opt/cowrie`,
  );
  assert.equal(readFileSync(file, "utf8"), "inside\n");
  assert.ok(existsSync(`${file}.d`));
  assert.match(said, /hostname: Read-only file system\n.*\/new-name.*Read-only file system\n.*rm: cannot remove/s);
  assert.notEqual(readFileSync("/etc/hostname", "utf8"), "x\n");
});

test("entries of a framed directory are the real ones, inode for inode", root, () => {
  const line = "stat -c '%i %n' /usr /etc/passwd /root";
  assert.equal(shellUnder([container], line), spawnSync("sh", ["-c", line], { encoding: "latin1" }).stdout);
});

test("container marks and an init of its own: the tree is a container, the host has no mark", root, () => {
  const marked = [existsSync("/.dockerenv"), existsSync("/.dockerinit")];
  const line = "ls /.dockerenv /.dockerinit; tr '\\0' '\\n' </proc/1/environ; ps -o pid=,args= -p 1; ps ax --no-headers | wc -l";
  assert.equal(shellUnder([container], line).replaceAll(/ +/g, " "), "/.dockerenv\n/.dockerinit\ncontainer=lxc\n 1 /sbin/init\n4\n");
  assert.deepEqual([existsSync("/.dockerenv"), existsSync("/.dockerinit")], marked);
});

test("the cgroup path is a real cgroup, which goes with the tree", root, (context) => {
  const path = `/utsusemi-test/${"5e".repeat(32)}`;
  const mount = /^\S+ \S+ \S+ \S+ (\S+) rw\S* .*- cgroup2 /m.exec(readFileSync("/proc/self/mountinfo", "latin1"))?.[1];
  const said = shellUnder([{ cgroup: path }], "grep ^0:: /proc/self/cgroup");
  if (mount === undefined) context.diagnostic("no cgroup v2 that can be written: the tree stays in its cgroup");
  else assert.equal(said, `0::${path}\n`);
  assert.equal(existsSync(`${mount}/utsusemi-test`), false);
});

test("exit status, and the signal that ended the command, are the command's own", root, () => {
  for (const effects of [[], [container]]) {
    assert.equal(runUnder(effects, ["sh", "-c", "exit 7"]).status, 7);
    assert.equal(runUnder(effects, ["sh", "-c", "kill -TERM $$"]).signal, "SIGTERM");
    assert.equal(runUnder(effects, ["/nowhere/program"]).status, 127);
    assert.equal(runUnder(effects, ["/etc/passwd"]).status, 126);
  }
});

test("environment, folder and umask are the caller's", root, () => {
  const { stdout } = runUnder([container], ["sh", "-c", "pwd; umask; echo $MARK"], {
    folder,
    environment: { ...ENVIRONMENT, MARK: "here" },
  });
  assert.equal(stdout, `${folder}\n${process.umask().toString(8).padStart(4, "0")}\nhere\n`);
});

test("an ordinary user gets the same by a user namespace, with the same account", needs("root", "setpriv"), () => {
  const script = join(folder, "as-nobody.ts");
  const start = join(import.meta.dirname, "..", "..", "src", "disguise", "run", "start-run.ts");
  writeFileSync(
    script,
    `import { prepareRun, becomeRun } from ${JSON.stringify(start)};\nbecomeRun(prepareRun(JSON.parse(process.argv[2]), process.argv.slice(3), { folder: "/" }));\n`,
  );
  spawnSync("chmod", ["755", folder]);
  const effects = JSON.stringify([vmware, { hostName: "svr04", files: { "/.dockerenv": "", "/sys/hypervisor/type": "xen\n" } }]);
  const line = "id -u; hostname; cat /sys/class/dmi/id/sys_vendor /sys/hypervisor/type; ls /.dockerenv";
  const ran = spawnSync(
    "setpriv",
    ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, script, effects, "sh", "-c", line],
    { encoding: "utf8", env: ENVIRONMENT, cwd: "/" },
  );
  assert.equal(ran.stdout, "65534\nsvr04\nVMware, Inc.\nxen\n/.dockerenv\n", ran.stderr);
});
