import type { Credentials, FileSystem } from "../../src/shell/file-system.ts";

/** The small tree that every command finds in its working directory, the same on both sides. All times are `TIME_S`. */
export type FixtureEntry =
  | { readonly path: string; readonly kind: "directory"; readonly mode: number }
  | { readonly path: string; readonly kind: "file"; readonly mode: number; readonly text: string }
  | { readonly path: string; readonly kind: "link"; readonly target: string };

export const WORK = "/tmp/w";
/** 2 January 2024, 03:04:05 UTC. */
export const TIME_S = 1_704_164_645;

const numbers = Array.from({ length: 20 }, (_, at) => `line ${at + 1}`).join("\n");
const binary = Array.from({ length: 256 }, (_, at) => String.fromCharCode(at)).join("");

export const fixture: readonly FixtureEntry[] = [
  file("hello.txt", "Hello, world\n"),
  file("lines.txt", `${numbers}\n`),
  file("fruit.txt", "banana 3\napple 10\ncherry 7\napple 2\nBanana 5\ndate 1\n"),
  file("words.txt", "the quick brown fox\njumps over\nthe lazy dog\n\nthe end\n"),
  file("numbers.txt", "10\n9\n100\n-5\n3.5\n0\n1e3\n"),
  file(
    "passwd.txt",
    "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nada:x:1000:1000:Ada Lovelace,,,:/home/ada:/bin/bash\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n",
  ),
  file("table.csv", "id,name,city,age\n1,Ada,London,36\n2,Grace,New York,85\n3,Alan,Wilmslow,41\n4,Edsger,Nuenen,72\n"),
  file("tabs.txt", "a\tb\tc\none\ttwo\tthree\n\tlead\n"),
  file("dup.txt", "a\na\nb\nB\nb\nc\nc\nc\n"),
  file("left.txt", "1 one\n2 two\n3 three\n5 five\n"),
  file("right.txt", "1 uno\n2 dos\n4 cuatro\n5 cinco\n"),
  file("noend.txt", "first\nlast without newline"),
  file("empty.txt", ""),
  file("crlf.txt", "one\r\ntwo\r\n"),
  file("bytes.bin", binary),
  file("utf8.txt", "na\xc3\xafve caf\xc3\xa9\n\xe6\x97\xa5\xe6\x9c\xac\n"),
  file("config.ini", "# comment\n[main]\nport = 22\nhost=example\n\n[extra]\n; other\nport = 8080\n"),
  file(
    "auth.log",
    "Jan  2 03:00:01 host sshd[100]: Failed password for root from 203.0.113.9 port 4022 ssh2\nJan  2 03:00:05 host sshd[100]: Failed password for invalid user admin from 203.0.113.9 port 4023 ssh2\nJan  2 03:00:09 host sshd[102]: Accepted password for ada from 198.51.100.4 port 51000 ssh2\nJan  2 03:01:00 host CRON[110]: pam_unix(cron:session): session opened for user root\n",
  ),
  file("script.sh", '#!/bin/sh\necho "script got $# args: $*"\nexit 3\n', 0o755),
  file("noexec.sh", "echo not executable\n"),
  file(".hidden", "secret\n"),
  file("with space.txt", "spaced\n"),
  file("-dash", "dash\n"),
  directory("dir"),
  file("dir/a.txt", "alpha\n"),
  file("dir/b.log", "beta\n"),
  file("dir/run.sh", "#!/bin/bash\necho run\n", 0o755),
  directory("dir/sub"),
  file("dir/sub/deep.txt", "deep\nalpha\n"),
  directory("dir/empty"),
  directory("sticky", 0o1777),
  file("secret.key", "-----BEGIN KEY-----\nabc\n-----END KEY-----\n", 0o600),
  { path: "link", kind: "link", target: "hello.txt" },
  { path: "dirlink", kind: "link", target: "dir" },
  { path: "broken", kind: "link", target: "nowhere" },
];

function file(path: string, text: string, mode = 0o644): FixtureEntry {
  return { path, kind: "file", mode, text };
}

function directory(path: string, mode = 0o755): FixtureEntry {
  return { path, kind: "directory", mode };
}

const ROOT: Credentials = { uid: 0, gid: 0, groups: [0] };

/** Puts the fixture into an emulated machine. */
export function plantFixture(fs: FileSystem): void {
  fs.makeDirectory(WORK, 0o755, ROOT);
  for (const entry of fixture) plant(fs, entry);
  const times = { accessMs: TIME_S * 1000, modifyMs: TIME_S * 1000 };
  for (const { path, kind } of [...fixture].reverse()) if (kind !== "link") fs.setTimes(`${WORK}/${path}`, times, ROOT);
  fs.setTimes(WORK, times, ROOT);
}

function plant(fs: FileSystem, entry: FixtureEntry): void {
  const path = `${WORK}/${entry.path}`;
  if (entry.kind === "directory") {
    fs.makeDirectory(path, 0o755, ROOT);
    fs.chmod(path, entry.mode, ROOT);
  } else if (entry.kind === "link") fs.symlink(entry.target, path, ROOT);
  else {
    const open = fs.open(path, { write: true, create: true, mode: 0o644 }, ROOT);
    if ("errno" in open) throw new Error(`${path}: ${open.errno}`);
    open.write(0, entry.text);
    open.close();
    fs.chmod(path, entry.mode, ROOT);
  }
}
