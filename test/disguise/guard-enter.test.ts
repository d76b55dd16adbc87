import assert from "node:assert/strict";
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { needs } from "../rig/needs.ts";
import { decoys, enter, folder, GUARD, MARK, named, peopled, planFile, started } from "./guard-enter-rig.ts";

/** A service under the disguise: it sees another host, and is in all else what its manager started. */
const root = needs("root");
const python = needs("root", "python3");
after(() => assert.doesNotMatch(readFileSync("/proc/self/mountinfo", "latin1"), new RegExp(`nr_inodes=${MARK}`)));

test("the command sees the plan's host, the host itself does not, and the mark is at every mount", root, () => {
  const line = `cat /etc/hostname; hostname; pwd; grep -c nr_inodes=${MARK} /proc/self/mountinfo`;
  const { stdout, stderr } = enter(planFile(named), ["sh", "-c", line], { folder });
  assert.equal(stdout, `svr-enter\nsvr-enter\n${realpathSync(folder)}\n1\n`, stderr);
  assert.notEqual(hostname(), "svr-enter");
});

test("without a host name in the plan, the service keeps its UTS namespace", root, () => {
  const { stdout } = enter(planFile(named.filter(([verb]) => verb !== "host")), ["readlink", "/proc/self/ns/uts", "/proc/self/ns/mnt"]);
  const [uts, mounts] = stdout.split("\n");
  const own = started(["readlink", "/proc/self/ns/uts", "/proc/self/ns/mnt"]).stdout.split("\n");
  assert.equal(uts, own[0]);
  assert.notEqual(mounts, own[1]);
});

/** A manager as systemd is: what it gives to its process, and what the process says of what it got. */
const MANAGER = String.raw`
import json, os, signal, socket, struct, subprocess, sys
report = sys.argv[1] + ".report"
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.setsockopt(socket.SOL_SOCKET, 16, 1)  # SO_PASSCRED
notify.bind(sys.argv[1] + ".notify")
os.chmod(sys.argv[1] + ".notify", 0o666)
notify.settimeout(30)
listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listening.bind(sys.argv[1] + ".listening")
listening.listen(1)

def before_exec():
    os.dup2(listening.fileno(), 3)
    os.dup2(listening.fileno(), 202)
    os.umask(0o027)
    os.nice(3)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGCHLD])

environment = {"NOTIFY_SOCKET": sys.argv[1] + ".notify", "LISTEN_FDS": "1", "ODD NAME": "x\ny", "PATH": os.environ["PATH"]}
child = subprocess.Popen(sys.argv[2:], env=environment, cwd="/usr/share", preexec_fn=before_exec, restore_signals=False, close_fds=False, stdout=subprocess.PIPE)
message, ancillary, _, _ = notify.recvmsg(100, 200)
pid, uid, gid = struct.unpack("3i", ancillary[0][2])
said = json.loads(child.communicate(timeout=30)[0])
print(json.dumps({"message": message.decode(), "is_child": pid == child.pid == said.pop("pid"), "uid": uid, "gid": gid, "status": child.returncode, **said}))
`;
const SERVICE = String.raw`
import json, os, socket, sys
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
fields = dict(line.rstrip("\n").split(":\t", 1) for line in open("/proc/self/status") if ":\t" in line)
kept = ["Umask", "SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt", "NoNewPrivs", "Seccomp", "TracerPid", "NSpgid", "NSsid", "PPid"]
files = sorted(int(name) for name in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + name))
names = {name: os.readlink("/proc/self/fd/%d" % name) for name in files if name in (3, 202)}
children = open("/proc/self/task/%d/children" % os.getpid()).read()
print(json.dumps({"pid": os.getpid(), **{name: fields[name] for name in kept if name not in ("NSpgid", "NSsid", "PPid")},
  "is_parent": fields["PPid"] == str(os.getppid()), "own_session": os.getsid(0) == os.getpid(), "files": files, "same": len(set(names.values())),
  "children": children, "environment": sorted(os.environ.items()), "folder": os.getcwd(), "nice": os.nice(0), "argv": sys.argv}))
sys.exit(7)
`;

function managed(name: string, words: readonly string[]): Record<string, unknown> {
  const place = join(folder, name);
  const { stdout, stderr } = started(["python3", "-c", MANAGER, place, ...words]);
  const said: unknown = JSON.parse(stdout === "" ? `"${JSON.stringify(stderr)}"` : stdout);
  assert.ok(typeof said === "object" && said !== null, stderr);
  // What the manager named for itself differs from one to the other.
  return JSON.parse(JSON.stringify(said).replaceAll(place, "PLACE"));
}

test("open files, notify socket, environment, signals, folder and umask are those that were given", python, () => {
  const service = ["/usr/bin/python3", "-c", SERVICE, "a b", ""];
  const plain = managed("plain", service);
  assert.equal(plain["is_child"], true);
  assert.deepEqual([plain["message"], plain["status"], plain["children"]], ["READY=1", 7, ""]);
  const guarded = managed("guarded", [GUARD, "enter", planFile(peopled), "--watch", "--", ...service]);
  assert.deepEqual(guarded, plain);
  const dropped = managed("dropped", [GUARD, "enter", planFile(peopled), "--watch", "--as", "65534:65534", "--", ...service]);
  assert.deepEqual(dropped, { ...plain, uid: 65_534, gid: 65_534 });
});

test("the command's end is the service's: its status, or the signal that ended it", root, () => {
  const plan = planFile(named);
  assert.equal(enter(plan, ["sh", "-c", "exit 41"]).status, 41);
  assert.equal(enter(plan, ["sh", "-c", "kill -ABRT $$"]).signal, "SIGABRT");
  assert.equal(enter(plan, ["/nonexistent/program"]).status, 127);
  assert.equal(enter(plan, ["/etc/passwd"]).status, 126);
});

test("another name than the program's own", root, () => {
  const { stdout } = enter(planFile(named), ["/bin/sh", "-other", "-c", "echo $0; cat /etc/hostname"], { options: ["--name"] });
  assert.equal(stdout, "-other\nsvr-enter\n");
});

const RIGHTS = "id -u; id -g; id -G; grep -E '^(Uid|Gid|Cap(Inh|Prm|Eff|Amb))' /proc/self/status";
const NONE = ["CapInh", "CapPrm", "CapEff", "CapAmb"].map((name) => `${name}:\t0000000000000000\n`).join("");
const rightsOf = (uid: number, groups: string) =>
  `${uid}\n4711\n${groups}\nUid:\t${`${uid}\t`.repeat(4).trim()}\nGid:\t${"4711\t".repeat(4).trim()}\n`;

test("the command has the account that it was to have, and no capabilities of root's", root, () => {
  const as = (account: string, before: readonly string[] = []) =>
    enter(planFile(named), ["sh", "-c", RIGHTS], { options: ["--as", account], before });
  assert.equal(as("4712:4711:4711,4713").stdout, rightsOf(4712, "4711 4713") + NONE);
  assert.equal(as("4712:4711").stdout, rightsOf(4712, "4711") + NONE);
  const kept = ["setpriv", "--securebits", "+no_setuid_fixup", "--inh-caps", "+chown", "--ambient-caps", "+chown"];
  assert.equal(as("4712:4711", kept).stdout, rightsOf(4712, "4711") + NONE);
  const bind = enter(planFile(named), ["sh", "-c", RIGHTS], { options: ["--as", "4712:4711", "--keep", `${1 << 10}`] });
  assert.equal(bind.stdout, rightsOf(4712, "4711") + NONE.replaceAll(/0{16}/g, "0000000000000400"), bind.stderr);
  const asRoot = as("0:4711").stdout;
  assert.ok(asRoot.startsWith(rightsOf(0, "4711")), asRoot);
  assert.doesNotMatch(asRoot, /CapEff:\t0{16}/);
});

test("a command whose account cannot be had, or is none, does not start at all", root, () => {
  const file = join(folder, "started");
  const tried = (account: string, before: readonly string[] = []) =>
    enter(planFile(named), ["touch", file], { options: ["--as", account], before });
  for (const account of ["", "1", "1:", ":1", "a:b", "1:1:", "1:1:2,", "1:1:2,x", "4294967295:1", "1:99999999999", "-1:1", "1 :1"])
    assert.equal(tried(account).status, 125, account);
  const bound = ["setpriv", "--bounding-set", "-setuid,-setgid", "--inh-caps", "-setuid,-setgid"];
  assert.equal(tried("4712:4711", bound).status, 125);
  assert.equal(tried("4712:4711", ["setpriv", "--bounding-set", "-setuid"]).status, 125);
  const unbound = ["setpriv", "--bounding-set", "-net_bind_service"];
  const kept = enter(planFile(named), ["touch", file], { options: ["--as", "4712:4711", "--keep", `${1 << 10}`], before: unbound });
  assert.equal(kept.status, 125);
  assert.ok(!existsSync(file));
});

test("no command, or an option that there is none of: a sentence, and nothing starts", root, () => {
  for (const words of [["x"], ["x", "--"], ["x", "--odd", "--", "true"], ["x", "--name", "--", "true"], ["x", "--as"]]) {
    const { status, stderr } = started([GUARD, "enter", ...words]);
    assert.deepEqual([status, stderr.startsWith("utsusemi: ")], [125, true], words.join(" "));
  }
});

test("nothing of background processes is left when the command has ended", root, () => {
  const said = enter(
    planFile(peopled),
    ["sh", "-c", "cat /proc/$(pgrep -f '^/usr/bin/python3 /opt/guard-enter')/cmdline | tr '\\0' ' '; sleep 0.2"],
    {
      options: ["--watch"],
    },
  );
  assert.match(said.stdout, /^\/usr\/bin\/python3 \/opt\/guard-enter\/twistd $/, said.stderr);
  for (let tries = 0; decoys().length > 0 && tries < 200; tries += 1) started(["sleep", "0.05"]);
  assert.deepEqual(decoys(), []);
});

test("a background process is nobody's child, has a session and nothing that the service was given", python, () => {
  const script = `
import os, subprocess
pid = subprocess.check_output(["pgrep", "-f", "^/usr/bin/python3 /opt/guard-enter"], text=True).strip()
fields = open("/proc/%s/stat" % pid).read().rsplit(")", 1)[1].split()
links = [os.readlink("/proc/%s/fd/%s" % (pid, name)) for name in sorted(os.listdir("/proc/%s/fd" % pid))]
print(int(fields[1]) != os.getpid(), fields[3] == pid, fields[2] == pid, links, os.readlink("/proc/%s/ns/uts" % pid) == os.readlink("/proc/self/ns/uts"), open("/proc/%s/comm" % pid).read().strip())
`;
  const inherited = ["sh", "-c", 'exec "$@" 7</etc/passwd', "sh"];
  const { stdout, stderr } = enter(planFile(peopled), ["python3", "-c", script], { options: ["--watch"], before: inherited });
  const files = "['/dev/null', '/dev/null', '/dev/null', 'anon_inode:[pidfd]']";
  assert.equal(stdout, `True True True ${files} True twistd-enter\n`, stderr);
});

test("without --watch they live on until the service's cgroup is ended", root, (context) => {
  const mount = /^\S+ \S+ \S+ \S+ (\S+) rw\S* .*- cgroup2 /m.exec(readFileSync("/proc/self/mountinfo", "latin1"))?.[1];
  if (mount === undefined) {
    context.diagnostic("no cgroup v2 that can be written: ended by their numbers");
    enter(planFile(peopled), ["true"]);
    assert.equal(decoys().length, 1);
    for (const pid of decoys()) process.kill(Number(pid), "SIGTERM");
  } else {
    const group = join(mount, `guard-enter-${process.pid}`);
    const line = `mkdir ${group} && echo $$ >${group}/cgroup.procs && exec "$@"`;
    enter(planFile(peopled), ["true"], { before: ["sh", "-c", line, "sh"] });
    assert.deepEqual(readFileSync(join(group, "cgroup.procs"), "latin1").trim().split("\n"), decoys());
    writeFileSync(join(group, "cgroup.kill"), "1");
    for (let tries = 0; started(["rmdir", group]).status !== 0 && tries < 200; tries += 1) started(["sleep", "0.05"]);
  }
  for (let tries = 0; decoys().length > 0 && tries < 200; tries += 1) started(["sleep", "0.05"]);
  assert.deepEqual(decoys(), []);
});
