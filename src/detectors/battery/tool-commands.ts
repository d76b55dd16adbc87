import type { BatteryCommand } from "./battery.ts";

/** A label of 70 characters fits in no DNS message: resolvers refuse it themselves, so that nobody is asked. */
const LONG_NAME = "q".repeat(70);

/** Programs whose answer to a given input is fixed by POSIX or by mathematics; and programs that a honeypot answers in its own way. */
export const toolCommands: readonly BatteryCommand[] = [
  { id: "tools.digests", line: "printf 'Utsusemi\\n' | md5sum; printf 'Utsusemi\\n' | sha256sum", needs: ["md5sum", "sha256sum"] },
  { id: "tools.cksum", line: "printf 'Utsusemi\\n' | cksum; printf '' | cksum", needs: ["cksum"] },
  { id: "tools.od", line: "printf 'abc\\n' | od -An -tx1; printf 'abc\\n' | od -c", needs: ["od"] },
  { id: "tools.base64", line: "printf 'hello' | base64; echo d29ybGQ= | base64 -d", needs: ["base64"] },
  {
    id: "tools.gzip",
    line: "echo round >f; gzip f; ls; gzip -dc f.gz; echo flat | gzip -dc 2>/dev/null; echo $?; dd if=f.gz bs=3 count=1 2>/dev/null",
    needs: ["gzip", "dd"],
  },
  { id: "tools.tar", line: "mkdir -p a/b; echo t >a/b/c; tar cf x.tar a; rm -r a; tar tf x.tar; tar xf x.tar; cat a/b/c", needs: ["tar"] },
  {
    id: "tools.awk",
    line: `printf '1 a\\n2 b\\n3 a\\n' | awk '{s[$2]+=$1; n++} END {printf "%d %d %d %.2f %s\\n", n, s["a"], s["b"], s["a"]/3, substr("hello",2,3)}'; echo a:b | awk -F: '{print $2 NF}'`,
    needs: ["awk"],
  },
  {
    id: "tools.sed",
    line: "printf 'one\\ntwo\\nthree\\n' | sed -n -e '2,$p' -e 's/t\\(.\\)/[\\1]/p' -e '$='; echo path/to | sed 's,/,.,g;y/pt/PT/'",
    needs: ["sed"],
  },
  {
    id: "tools.sort",
    line: "printf '10 b\\n9 a\\n9 a\\n100 c\\n' | sort; printf '10 b\\n9 a\\n9 a\\n100 c\\n' | sort -n | uniq -c | awk '{print $1 $2}'; printf 'x 2\\ny 1\\n' | sort -k2 -r",
    needs: ["sort", "uniq", "awk"],
  },
  {
    id: "tools.cut-tr",
    line: "echo a:b:c | cut -d: -f2-; echo hello | tr a-y b-z; echo aabb | tr -s ab; printf '1\\n2\\n3\\n' | tail -n +2 | head -n 1; printf 'a b\\nc' | wc -lwc | awk '{print $1,$2,$3}'",
    needs: ["cut", "tr", "head", "tail", "wc", "awk"],
  },
  {
    id: "tools.grep",
    line: "printf 'ab\\nxb\\n' | grep -n '^a.$'; printf 'ab\\nxb\\n' | grep -vc a; printf 'ab\\n' | grep -q z; echo $?; grep x /no-such-q7 2>/dev/null; echo $?; printf 'a+b\\n' | grep -F a+b; printf 'aab\\n' | grep -E '^a{2}(b|c)$'",
    needs: ["grep"],
  },
  {
    id: "tools.expr",
    line: "expr 3 '*' 4; expr abc : 'a\\(.\\)'; expr 1 = 2; echo $?; [ 3 -gt 12 ] || echo n; [ abc '<' x ] 2>/dev/null; test -n '' ; echo $?; [ 1 -eq ] 2>/dev/null; echo $?",
    needs: ["expr"],
  },
  {
    id: "tools.xargs",
    line: "printf 'a\\nb\\nc\\n' | xargs -n 2 echo -; mkdir d; : >d/y; : >d/x; find d -type f | sort | xargs echo; find d -name x -exec echo {} ';'",
    needs: ["xargs", "find", "sort"],
  },
  {
    id: "tools.dd",
    line: "printf 0123456789 >f; dd if=f bs=1 skip=3 count=4 2>/dev/null; echo; dd if=f of=g bs=4 2>r; head -n 2 r; cmp f g && echo same",
    needs: ["dd", "head", "cmp"],
  },
  {
    id: "tools.basename",
    line: "basename /a/b.c .c; dirname /a/b/c; env -i X=1 /bin/sh -c 'echo $X$HOME'; seq 3 | tail -n 1",
    needs: ["basename", "dirname", "env", "seq"],
  },
  { id: "tools.wrong-options", line: 'for c in cat ls uname id wc cp touch sort; do $c --no-such-q7 </dev/null; echo "= $c $?"; done' },
  { id: "tools.busybox-unknown", line: "[ -x /bin/busybox ] && echo there; /bin/busybox ECCHI; echo $?" },
  { id: "tools.busybox", line: "/bin/busybox 2>&1 | head -n 40", needs: ["/bin/busybox", "head"] },
  { id: "tools.elf", line: "uname -m; dd if=/bin/sh bs=20 count=1 2>/dev/null", needs: ["dd", "uname"] },
  // The name begins with busybox, since that program looks at its name first.
  {
    id: "tools.elf-copy",
    line: "cp /proc/$$/exe busybox-q7 || exit 77; chmod 755 busybox-q7; { ./busybox-q7 -c 'echo ok' || ./busybox-q7 sh -c 'echo ok'; } 2>err || cat err; cmp busybox-q7 /proc/$$/exe && echo same",
    needs: ["cmp"],
  },
  {
    id: "tools.libraries",
    line: 'ldd /bin/sh | sed -n \'s/.*=> *\\(\\/[^ ]*\\).*/\\1/p\' | while read -r f; do [ -s "$f" ] && echo found || echo "missing $f"; done',
    needs: ["ldd", "sed"],
  },
  {
    id: "tools.common",
    line: "for c in ls cat cp mv rm mkdir rmdir ln chmod chown touch head tail sort uniq wc cut tr sed awk grep kill date sleep uname id env expr printf test dd df du basename dirname true pwd; do command -v $c >/dev/null || echo $c; done; echo end",
  },
  {
    id: "tools.places",
    line: 'for c in cat ls cp mv rm chmod; do p=$(command -v $c); [ -s "$p" ] && [ -x "$p" ] && echo "$p" || echo "missing $c $p"; done',
  },
  {
    id: "tools.ping-name",
    line: `ping -c 1 ${LONG_NAME}.q7; echo $?`,
    needs: ["ping"],
    seconds: 3,
    overlapped: true,
  },
  { id: "tools.ping-self", line: "ping -c 3 -i 0.2 127.0.0.1; echo $?", needs: ["ping"], overlapped: true },
  { id: "tools.editor", line: "vi --version; echo $?", needs: ["vi"], overlapped: true },
  { id: "tools.top", line: "top -b -n 1 | head -n 12", needs: ["top", "head"], overlapped: true },
  { id: "tools.ssh-version", line: "ssh -V", needs: ["ssh"] },
  {
    id: "tools.interpreters",
    line: "perl -v 2>/dev/null | head -n 3; php -v 2>/dev/null | head -n 1; netstat -V 2>/dev/null | head -n 1",
    needs: ["head"],
  },
  { id: "tools.interfaces", line: "ifconfig 2>/dev/null || /sbin/ifconfig", needs: ["ifconfig"] },
  {
    id: "tools.package-managers",
    line: "for c in apt-get dpkg rpm apk opkg pacman zypper; do command -v $c >/dev/null && echo $c; done; cat /etc/os-release 2>/dev/null",
  },
  { id: "users.logged-in", line: "who; echo ---; last 2>/dev/null | tail -n 5; echo ---; w 2>/dev/null | head -n 3", needs: ["who"] },
  {
    id: "users.history",
    line: 'echo "$HISTFILE|$HISTSIZE|$PROMPT_COMMAND"; cd; ls -a | head -n 200; for f in .bash_history .ash_history .zsh_history .sh_history; do [ -e $f ] && wc -c $f; done; echo end',
    needs: ["head", "wc"],
  },
  { id: "host.kernel-log", line: "dmesg | head -n 400", needs: ["dmesg", "head"] },
  // The rule lists are only asked for where a firewall is loaded: asking for them would load one.
  {
    id: "logging.firewall",
    line: "r=0; if [ -s /proc/net/ip_tables_names ]; then iptables-save 2>/dev/null && r=1; fi; if grep -q '^nf_tables ' /proc/modules 2>/dev/null; then nft list ruleset 2>/dev/null && r=1; fi; [ $r = 1 ] || exit 77",
  },
  { id: "logging.audit", line: "auditctl -s && auditctl -l || exit 77", needs: ["auditctl"] },
  {
    id: "logging.fanotify",
    line: "grep -ls '^fanotify' /proc/[0-9]*/fdinfo/* 2>/dev/null | head -n 20; [ -r /proc/1/fdinfo ] || exit 77; echo end",
    needs: ["grep", "head"],
    overlapped: true,
  },
  {
    id: "logging.growing",
    line: "s() { find /var/log /var/tmp /tmp -maxdepth 3 -type f \\( -name '*.ttyrec' -o -name '*.cast' -o -name 'typescript*' -o -name '*.timing' -o -name 'tlog*' \\) -exec wc -c {} ';' 2>/dev/null | head -n 50; }; s; sleep 1; echo ---; s; echo end",
    needs: ["find", "wc", "head"],
    overlapped: true,
  },
  { id: "host.uid", line: "id -u", needs: ["id"] },
  { id: "host.uname", line: "uname -s; uname -n; uname -r; uname -v; uname -m", needs: ["uname"] },
];
