import type { BatteryCommand } from "./battery.ts";

/** What a file system keeps true between two commands: names, inodes, links, rights, times. */
export const fileCommands: readonly BatteryCommand[] = [
  { id: "files.hard-link", line: "echo a >f; ln f g; ls -i f g; ls -l f; rm f; ls -l g; echo b >>g; cat g" },
  { id: "files.rename", line: "echo a >f; ls -i f; mv f h; ls -i h; ls f; mkdir d; mv h d; ls -i d/h" },
  { id: "files.symbolic-link", line: "ln -s t l; cat l; echo x >l; cat t; ls -l l; [ -h l ] && echo link; rm l; cat t" },
  { id: "files.link-loop", line: "ln -s a b; ln -s b a; cat a; echo $?" },
  { id: "files.deleted-open", line: "echo still >f; exec 3<f; rm f; cat /proc/$$/fd/3; cat <&3; ls f; [ -d /proc/$$/fd ] || exit 77" },
  { id: "files.umask", line: "umask 027; : >f; mkdir d; ls -ld f d" },
  { id: "files.mode-bits", line: "cp /dev/null f; chmod 4751 f; ls -l f; chmod u-s,g+w,o= f; ls -l f; mkdir d; chmod 1777 d; ls -ld d" },
  { id: "files.denied", line: "echo secret >f; chmod 000 f; cat f; echo $?; id -u", needs: ["id"] },
  {
    id: "files.sparse",
    line: "dd if=/dev/zero of=f bs=1 count=1 seek=1048575 2>/dev/null; wc -c <f; echo x >>f; wc -c <f; : >f; wc -c <f",
    needs: ["dd", "wc"],
  },
  {
    id: "files.time-order",
    line: "touch -t 202001020304 old; : >new; ls -t; ls -tr; find . -type f -newer old; ls -l old",
    needs: ["touch", "find"],
  },
  {
    id: "files.not-empty",
    line: "mkdir -p a/b; rmdir a 2>/dev/null; echo $?; rm a 2>/dev/null; echo $?; mkdir a 2>/dev/null; echo $?; rm -r a; ls a; echo $?",
  },
  { id: "files.fifo", line: "mkfifo p; echo thru >p & cat p; ls -l p", needs: ["mkfifo"] },
  {
    id: "files.full-device",
    line: "[ -c /dev/full ] || exit 77; (echo x >/dev/full) 2>/dev/null; echo $?; cat /dev/full 2>/dev/null | dd bs=4 count=1 2>/dev/null | tr '\\0' z",
  },
  { id: "files.null-device", line: "ls -l /dev/null /dev/zero; echo x >/dev/null; cat /dev/null; ls -l /dev/null" },
  {
    id: "files.random-device",
    line: "r() { dd if=/dev/urandom bs=24 count=1 2>/dev/null | cksum; }; r; r; r; dd if=/dev/zero bs=1000 count=3 2>/dev/null | wc -c",
    needs: ["dd", "cksum"],
  },
  { id: "files.sticky-tmp", line: "ls -ld /tmp /tmp/." },
  { id: "files.kept", line: 'echo "kept here" >../files.kept-again/x' },
  { id: "files.kept-again", line: "cat x; rm x; cat x" },
  {
    id: "files.proc-refuses",
    line: "(: >/proc/no-such-q7) 2>/dev/null; echo $?; mkdir /proc/no-such-q7 2>/dev/null; echo $?; rm -f /proc/version 2>/dev/null; cat /proc/version",
  },
  {
    id: "files.errors",
    line: "cat /no-such-q7; echo $?; ls /no-such-q7; cat /; echo $?; cp /no-such-q7 x; cat /etc/passwd/x; (: >/no-such-q7/x); echo $?",
  },
  { id: "files.same-name", line: "echo a >F; echo b >f; cat F f; : >'a b'; : >-x; ls | wc -l; rm ./-x 'a b'; ls" },
  { id: "files.directory-numbers", line: "mkdir -p a/b; ls -di a; ls -di a/b/..; ls -di a/.; ls -di /; ls -di /.." },
  { id: "files.pseudo-roots", line: "ls -di /proc; ls -di /sys; cat /proc/mounts" },
  { id: "files.system-writable", line: "for p in /etc/passwd /etc /usr/bin /bin; do [ -w $p ] && echo $p; done; id -u", needs: ["id"] },
];
