import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { needs } from "../rig/needs.ts";
import { runClient } from "./run-client.ts";
import { PASSWORD, type SshSite, startSshSite } from "./ssh-site.ts";

let site: SshSite;

before(async () => {
  site = await startSshSite();
});

after(async () => {
  await site.stop();
});

const PARAMIKO = `
import sys, paramiko
port, folder = int(sys.argv[1]), sys.argv[2]
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
client.connect("127.0.0.1", port, "root", "${PASSWORD}", look_for_keys=False, allow_agent=False)
stdin, stdout, stderr = client.exec_command("cat; exit 4")
stdin.write("through cat"); stdin.channel.shutdown_write()
print(stdout.read().decode(), stdout.channel.recv_exit_status())
shell = client.invoke_shell(term="vt100", width=90, height=20)
shell.send("echo in the shell\\rexit\\r")
text = b""
while True:
    piece = shell.recv(1000)
    if not piece: break
    text += piece
print("shell", b"in the shell\\r\\n" in text)
sftp = client.open_sftp()
with sftp.open("/tmp/p", "wb") as f: f.write(b"x" * 300000)
print(sftp.stat("/tmp/p").st_size, sftp.normalize("."))
with sftp.open("/tmp/p", "r+b") as f:
    f.seek(100000); f.write(b"middle")
with sftp.open("/tmp/p", "rb") as f:
    f.prefetch(); data = f.read()
print(len(data), data[99999:100007])
print("hostname" in sftp.listdir("/etc"), [str(a).split()[0] for a in sftp.listdir_attr("/tmp") if a.filename == "p"])
try: sftp.open("/nope")
except FileNotFoundError as error: print("no file")
sftp.put(folder + "/own", "/tmp/own"); sftp.get("/tmp/own", folder + "/own-back")
sftp.mkdir("/tmp/d"); sftp.rmdir("/tmp/d"); sftp.remove("/tmp/own")
client.close()
`;

test("Paramiko: a command, a shell, and its SFTP client both ways", needs("paramiko"), async () => {
  await writeFile(join(site.folder, "script.py"), PARAMIKO);
  await writeFile(join(site.folder, "own"), "own content");
  const run = await runClient("/usr/bin/python3", [join(site.folder, "script.py"), String(site.port), site.folder]);
  assert.equal(run.err, "");
  assert.deepEqual(run.out.split("\n"), [
    "through cat 4",
    "shell True",
    "300000 /root",
    "300000 b'xmiddlex'",
    "True ['-rw-r--r--']",
    "no file",
    "",
  ]);
  assert.equal(await readFile(join(site.folder, "own-back"), "utf8"), "own content");
});

test("dropbear's client runs a command", needs("dbclient"), async () => {
  const run = await runClient("dbclient", ["-y", "-y", "-p", String(site.port), "root@127.0.0.1", "echo dropbear; exit 5"], {
    environment: { DROPBEAR_PASSWORD: PASSWORD, HOME: site.folder },
    inputOpenMs: 3000,
  });
  assert.deepEqual([run.out, run.code], ["dropbear\n", 5], run.err);
});

test("hydra finds the password that the policy lets in", needs("hydra"), async () => {
  await writeFile(join(site.folder, "words"), "nothere1\n123456\n");
  const args = ["-l", "root", "-P", join(site.folder, "words"), "-t", "1", "-f", "-I", "-s", String(site.port), "ssh://127.0.0.1"];
  const run = await runClient("hydra", args, { withinMs: 60_000, environment: { HOME: site.folder } });
  assert.match(run.out, /login: root +password: 123456/, run.out + run.err);
});

test("medusa finds the password that the policy lets in", needs("medusa"), async () => {
  const args = ["-h", "127.0.0.1", "-n", String(site.port), "-u", "root", "-p", PASSWORD, "-M", "ssh", "-t", "1"];
  const run = await runClient("medusa", args, { withinMs: 60_000 });
  assert.match(run.out, /ACCOUNT FOUND: \[ssh\] Host: 127\.0\.0\.1 User: root Password: 123456 \[SUCCESS\]/, run.out + run.err);
});

test("ncrack finds the password that the policy lets in", needs("ncrack"), async () => {
  const run = await runClient("ncrack", ["-T5", "--user", "root", "--pass", PASSWORD, `ssh://127.0.0.1:${site.port}`], {
    withinMs: 60_000,
  });
  assert.match(run.out, /127\.0\.0\.1 \d+\/tcp ssh: 'root' '123456'/, run.out + run.err);
});

test("nmap names the server and its algorithms", needs("nmap"), async () => {
  const args = ["-Pn", "-sV", "--script", "ssh2-enum-algos,ssh-hostkey,ssh-auth-methods", "-p", String(site.port), "127.0.0.1"];
  const run = await runClient("nmap", args, { withinMs: 60_000 });
  assert.match(run.out, /open +ssh +OpenSSH 9\.2p1 Debian 2\+deb12u\d+ \(protocol 2\.0\)/, run.out);
  assert.match(run.out, /sntrup761x25519-sha512@openssh\.com/);
  assert.match(run.out, /umac-64-etm@openssh\.com/);
  assert.match(run.out, /256 [0-9a-f]{32} \(ED25519\)/);
  assert.match(run.out, /Supported authentication methods: \n\| +publickey\n\|_ +password/);
});
