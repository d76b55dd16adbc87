import assert from "node:assert/strict";
import { chownSync, linkSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { encodePlan, type PlanRecord } from "../../src/disguise/overlay/plan-record.ts";
import { needs } from "../rig/needs.ts";
import { decoys, enter, folder, GUARD, MARK, named, peopled, planFile, started } from "./guard-enter-rig.ts";

/** Whatever is wrong with the disguise, the service or login works without it, and has no more rights than it was to have. */
const root = needs("root");
const LINE =
  "hostname; cat /etc/hostname; id -u; pwd; umask; readlink /proc/self/ns/mnt /proc/self/ns/uts; grep -c nr_inodes= /proc/self/mountinfo";

/** The command's own account of where it is, which must be what it says without a guard. */
function assertUndisguised(plan: string, before: readonly string[] = []) {
  const as = ["setpriv", "--reuid", "4712", "--regid", "4711", "--clear-groups"];
  const plain = started([...before, ...as, "sh", "-c", LINE], folder).stdout;
  const { stdout, stderr, status } = enter(plan, ["sh", "-c", LINE], { options: ["--as", "4712:4711"], folder, before });
  assert.equal(stdout, plain, stderr);
  assert.match(stdout, /^4712$/m);
  assert.match(stderr, /^utsusemi: /);
  assert.equal(status, started([...before, "sh", "-c", LINE], folder).status);
  assert.deepEqual(decoys(), []);
}

test("a broken plan, wherever it is broken, is not begun", root, () => {
  const whole = Buffer.from(encodePlan(peopled));
  for (const size of [1, 3, 7, 40, whole.length - 1, whole.length - 30]) assertUndisguised(planFile(whole.subarray(0, size)));
  assertUndisguised(planFile(Buffer.concat([whole, Buffer.from([255, 255, 255, 255])])));
  assertUndisguised(planFile(Buffer.concat([whole, Buffer.from([1, 0, 0, 0, 255, 255, 255, 255])])));
});

test("a plan that is not there, not root's alone, or no file, is not carried out", root, () => {
  assertUndisguised(join(folder, "none"));
  assertUndisguised(folder);
  assertUndisguised(planFile(named, 0o620));
  assertUndisguised(planFile(named, 0o602));
  const foreign = planFile(named);
  chownSync(foreign, 4712, 0);
  assertUndisguised(foreign);
  const link = join(folder, "link");
  symlinkSync(planFile(named), link);
  assertUndisguised(link);
});

test("what fails half-way is undone: the command is back in the namespaces, folder and root directory that it began in", root, () => {
  const taken: PlanRecord = ["dir", "f0", "493", "0", "0"];
  assertUndisguised(planFile([...named, taken, ["process", "twistd-enter", "/usr/bin/python3", "/usr/bin/python3", "x"]]));
  assertUndisguised(planFile([...named, ["file", "absent/folder", "420", "0", "0", "0", "x"]]));
});

test("a service that has a root directory of its own keeps it when its disguise fails", needs("root", "busybox"), () => {
  const inside = join(folder, "inside");
  const plan = planFile([...named, ["dir", "f0", "493", "0", "0"]]);
  started(["mkdir", "-p", join(inside, "proc"), join(inside, "bin"), join(inside, "etc")]);
  started(["sh", "-c", `cp "$(command -v busybox)" ${inside}/bin/sh; cp "$(command -v busybox)" ${inside}/bin/ls`]);
  linkSync(GUARD, join(inside, "guard"));
  renameSync(plan, join(inside, "plan"));
  const line = `mount --bind ${inside} ${inside} && mount -t proc proc ${inside}/proc && exec chroot ${inside} "$@"`;
  const words = ["/guard", "enter", "/plan", "--", "/bin/ls", "/"];
  const { stdout, stderr } = started(["unshare", "-m", "sh", "-c", line, "sh", ...words]);
  assert.equal(stdout.trim().split(/\s+/).join(" "), "bin etc guard plan proc", stderr);
  assert.match(stderr, /utsusemi: f0/);
  rmSync(inside, { recursive: true });
});

test("without the right to mount, the service starts as it would", root, () => {
  assertUndisguised(planFile(peopled), ["setpriv", "--bounding-set", "-sys_admin"]);
});

/** seccomp(2): mount, number 165, kills the process. */
const KILLED_AT_MOUNT = `
import ctypes, os, struct, sys
class Program(ctypes.Structure):
    _fields_ = [("count", ctypes.c_ushort), ("filter", ctypes.c_char_p)]
steps = [(0x20, 0, 0, 0), (0x15, 0, 1, 165), (0x06, 0, 0, 0x80000000), (0x06, 0, 0, 0x7fff0000)]
program = Program(len(steps), b"".join(struct.pack("HBBI", *step) for step in steps))
assert ctypes.CDLL(None, use_errno=True).prctl(22, 2, ctypes.byref(program), 0, 0) == 0
os.execvp(sys.argv[1], sys.argv[1:])
`;

test("a filter of system calls that kills who mounts does not kill the service", needs("root", "python3"), () => {
  assertUndisguised(planFile(peopled), ["python3", "-c", KILLED_AT_MOUNT]);
});

test("what one mount cannot show leaves the rest", root, () => {
  const plan = planFile([...named, ["bind", "f0", "/no/such/file", "one file"]]);
  const { stdout, stderr } = enter(plan, ["cat", "/etc/hostname"]);
  assert.equal(stdout, "svr-enter\n");
  assert.match(stderr, /^utsusemi: one file \(error 2\)\n$/);
});

test("a file that the service already has under the tracer's number is left to it, and the tracer out", root, () => {
  const traced: PlanRecord[] = [...named, ["file", "spec", "384", "0", "0", "0", "x"], ["keep", "spec"], ["front", "/bin/false"]];
  const line = "cat /etc/hostname; readlink /proc/self/fd/202 || echo none";
  const open = ["python3", "-c", "import os, sys; os.dup2(os.open('/etc/passwd', 0), 202); os.execvp(sys.argv[1], sys.argv[1:])"];
  assert.equal(enter(planFile(traced), ["sh", "-c", line], { before: open }).stdout, "svr-enter\n/etc/passwd\n");
  assert.equal(enter(planFile(traced), ["sh", "-c", line]).status, 1);
});

test("what stands in front gets the command as its last words; where it is not there, the command starts without", root, () => {
  const front = (program: string) => {
    const records: PlanRecord[] = [
      ...named,
      ["file", "spec", "384", "0", "0", "0", "kept"],
      ["keep", "spec"],
      ["front", program, "one", "--"],
    ];
    return enter(planFile(records), ["sh", "-c", "echo $0 $1; cat /etc/hostname; ls /proc/self/fd | grep -c 202", "x"]);
  };
  assert.equal(front("/bin/echo").stdout, "one -- sh -c echo $0 $1; cat /etc/hostname; ls /proc/self/fd | grep -c 202 x\n");
  const without = front("/no/such/tracer");
  assert.equal(without.stdout, "x\nsvr-enter\n0\n", without.stderr);
});

/** In process numbers of its own, where process 1 is a shell of ours. */
const inside = (line: string) => started(["unshare", "--pid", "--fork", "--mount-proc", "--uts", "sh", "-c", line]);

test("a login's mounts are made in its namespace, and nowhere else", needs("root", "unshare"), () => {
  const plan = planFile(peopled);
  const login = `unshare -m sh -c '${GUARD} here ${plan}; echo $?; cat /etc/hostname; hostname; grep -c nr_inodes=${MARK} /proc/self/mountinfo'`;
  const { stdout, stderr } = inside(`${login}; cat /etc/hostname; grep -c nr_inodes=${MARK} /proc/self/mountinfo`);
  const real = readFileSync("/etc/hostname", "latin1");
  assert.equal(stdout, `0\nsvr-enter\n${hostname()}\n1\n${real}0\n`, stderr);
  assert.deepEqual(decoys(), []);
});

test("process 1's own mount namespace is refused, and left as it is", needs("root", "unshare"), () => {
  const { stdout, stderr } = inside(`${GUARD} here ${planFile(named)}; echo $?; grep -c nr_inodes=${MARK} /proc/self/mountinfo`);
  assert.equal(stdout, "125\n0\n");
  assert.match(stderr, /^utsusemi: this is the host's own mount namespace: nothing is changed in it\n$/);
});

test("a login is let in whatever is wrong with the plan", needs("root", "unshare"), () => {
  const broken = planFile(Buffer.from(encodePlan(named)).subarray(0, 50));
  const halfWay = planFile([...named, ["dir", "f0", "493", "0", "0"]]);
  for (const plan of [broken, halfWay, join(folder, "none"), planFile(named, 0o666)]) {
    const { stdout, stderr } = inside(`unshare -m sh -c '${GUARD} here ${plan}; echo $?; pwd; ls /proc/tty | wc -l'`);
    assert.match(stdout, /^0\n\/\n[1-9]/, stderr);
    assert.match(stderr, /^utsusemi: /);
  }
});

const ordinary = ["setpriv", "--reuid", "4712", "--regid", "4711", "--clear-groups", "--inh-caps", "-all", "--bounding-set", "-all"];

test("an ordinary user gets it in a user namespace, with the same account", needs("root", "unshare"), () => {
  const plan = planFile([["user"], ...named], 0o644);
  const { stdout, stderr } = enter(plan, ["sh", "-c", "id -u; id -g; cat /etc/hostname; hostname; pwd"], { before: ordinary });
  assert.equal(stdout, "4712\n4711\nsvr-enter\nsvr-enter\n/\n", stderr);
});

test("where a part fails in a user namespace, the command starts outside it", needs("root", "unshare"), () => {
  const plan = planFile([["user"], ...named, ["dir", "f0", "493", "0", "0"]], 0o644);
  const line = "id -u; readlink /proc/self/ns/user /proc/self/ns/mnt; cat /etc/hostname";
  const { stdout, stderr } = enter(plan, ["sh", "-c", line], { before: ordinary });
  assert.equal(stdout, started([...ordinary, "sh", "-c", line]).stdout, stderr);
  assert.match(stderr, /^utsusemi: .*\n/);
});
