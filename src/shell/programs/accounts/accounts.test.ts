import assert from "node:assert/strict";
import { test } from "node:test";
import { runShell } from "../../testing/run.ts";

const run = (line: string, user = "root") => runShell(line, { user });

test("id tells who one is, in every form", () => {
  assert.equal(run("id").out, "uid=0(root) gid=0(root) groups=0(root)\n");
  assert.equal(run("id -u ada; id -un ada; id -gn ada; whoami").out, "1000\nada\nada\nroot\n");
  assert.equal(run("LC_ALL=C id nosuch; echo $?").err, "id: 'nosuch': no such user\n");
  assert.equal(run("id -ug").err, 'id: cannot print "only" of more than one choice\n');
});

test("an account that a visitor makes is an account", () => {
  const { out } = run(
    "useradd -m -s /bin/bash eve; echo eve:secret | chpasswd; id eve; su - eve -c 'whoami; pwd'; userdel eve; id eve; echo $?",
  );
  assert.equal(out, "uid=1001(eve) gid=1001(eve) groups=1001(eve)\neve\n/home/eve\n1\n");
  assert.equal(run("useradd ada; echo $?").out, "9\n");
});

test("passwords that a visitor sets are reported and change /etc/shadow", () => {
  const { out, peer } = run(
    "grep ^root: /etc/shadow > /tmp/a; printf 'new1\\nnew1\\n' | passwd 2>/dev/null; grep ^root: /etc/shadow | cmp -s - /tmp/a; echo $?",
  );
  assert.equal(out, "1\n");
  const notes = peer
    .observations()
    .flatMap((one) => (one.kind === "protocol.note" ? [one.fields.values.map((value) => Buffer.from(value).toString())] : []));
  assert.deepEqual(notes, [["root", "new1"]]);
});

test("su and sudo let root be anybody, and ask others", () => {
  assert.equal(run("su ada -c whoami; sudo -u ada id -un").out, "ada\nada\n");
  const refused = run("echo guess | su -c id; echo $?", "ada");
  assert.equal(refused.out, "1\n");
  assert.match(refused.err, /Authentication failure/);
  const attempts = refused.peer.observations().filter(({ kind }) => kind === "auth.attempt");
  assert.equal(attempts.length, 1);
});
