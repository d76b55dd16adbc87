/** What a Debian host answers to the battery: recorded with dash, and the texts of one particular machine replaced. */
export const ordinaryAnswers: Readonly<Record<string, string>> = {
  "shell.pipe-status": "1\n0\n1\n",
  "shell.and-or": "b\nd\nf\n",
  "shell.subshell": "7\n1\n3\n44\n",
  "shell.trimming": "file.tar.gz /usr/lib/file usr/lib/file.tar.gz /usr/lib/file.tar 20 d s e\nff\n",
  "shell.arithmetic": "3 -3 1 1024 31 8 1 9 5 -1\n",
  "shell.here-document": "a in 2\nb $v\nc\n",
  "shell.redirection-order": "err\n-\n-\nout\n",
  "shell.descriptors": "x\ny\nclosed\nx\ny\n",
  "shell.no-clobber": "2\nc\n",
  "shell.wait-status": "9\n3\n0\n",
  "shell.kill-status": "there\nTerminated\n143\ngone\n",
  "shell.trap": "usr\nend\nbye\n",
  "shell.killed-status": "Killed\n137\nTerminated\n143\n",
  "shell.no-job": "sh: 1: fg: No current job\n2\nsh: 1: kill: No such job: %1\n2\nend\n",
  "shell.globbing": "a1 a2 b1 a1 a2 b1\na* z* a1 b1\n.h\n*\n",
  "shell.splitting": "3\n<a>\n<b c>\n<d>\n4\np:q::r\n",
  "shell.loops": "3\n1\n3\n4\nc\n0\n",
  "shell.substitution": "deep\n[a]\n5\n",
  "shell.printf": "00042|ab   |   cd|ff|10|x|%|z\na,b,c,A\n",
  "shell.exec": "in\nsh: 1: exec: no-such-q7: not found\n127\n",
  "shell.strictness": "1\n2\n0[]\n",
  "shell.read": "a-b c\nd\\e\n1 last\n",
  "shell.syntax-error":
    'sh: 1: Syntax error: "then" unexpected\n2\nsh: 1: Syntax error: Unterminated quoted string\n2\nsh: 1: Syntax error: ")" unexpected\n2\n',
  "shell.not-found": "sh: 1: no-such-q7: not found\n127\n[]\n",
  "shell.echo-hex": "-e \\x41\n[]\nx\n",
  "shell.script-without-right": "sh: 1: ./s: Permission denied\n126\n",
  "shell.script-with-right": "ran a\n6\n",
  "shell.script-arguments": "s 2 b c\n4\n2 5\n",
  "shell.interpreter-line": "#!/bin/cat\nline two\nsh: 1: ./t: not found\n127\n",
  "shell.broken-program": "./s: 1: qzx7: not found\n127\n",
  "shell.broken-pipe": "y\ny\n1\n",
  "shell.change-directory": "b\n/\nsh: 1: cd: can't cd to /no-such-q7\n2\n",
  "files.hard-link": "2452842 f\n2452842 g\n-rw-r--r-- 2 root root 2 Nov 22 05:06 f\n-rw-r--r-- 1 root root 2 Nov 22 05:06 g\na\nb\n",
  "files.rename": "2452843 f\n2452843 h\nls: cannot access 'f': No such file or directory\n2452843 d/h\n",
  "files.symbolic-link": "cat: l: No such file or directory\nx\nlrwxrwxrwx 1 root root 1 Nov 22 05:06 l -> t\nlink\nx\n",
  "files.link-loop": "cat: a: Too many levels of symbolic links\n1\n",
  "files.deleted-open": "still\nstill\nls: cannot access 'f': No such file or directory\n",
  "files.umask": "drwxr-x--- 2 root root 4096 Nov 22 05:06 d\n-rw-r----- 1 root root    0 Nov 22 05:06 f\n",
  "files.mode-bits":
    "-rwsr-x--x 1 root root 0 Nov 22 05:06 f\n-rwxrwx--- 1 root root 0 Nov 22 05:06 f\ndrwxrwxrwt 2 root root 4096 Nov 22 05:06 d\n",
  "files.denied": "secret\n0\n0\n",
  "files.sparse": "1048576\n1048578\n0\n",
  "files.time-order": "new\nold\nold\nnew\n./new\n-rw-r--r-- 1 root root 0 Jan  2  2020 old\n",
  "files.not-empty": "1\n1\n1\nls: cannot access 'a': No such file or directory\n2\n",
  "files.fifo": "thru\nprw-r--r-- 1 root root 0 Nov 22 05:06 p\n",
  "files.full-device": "1\nzzzz",
  "files.null-device":
    "crw-rw-rw- 1 root root 1, 3 Nov 20 09:26 /dev/null\ncrw-rw-rw- 1 root root 1, 5 Nov 20 09:26 /dev/zero\ncrw-rw-rw- 1 root root 1, 3 Nov 20 09:26 /dev/null\n",
  "files.random-device": "1507767899 24\n3458855223 24\n3185566744 24\n3000\n",
  "files.kept": "",
  "files.kept-again": "kept here\ncat: x: No such file or directory\n",
  "files.errors":
    "cat: /no-such-q7: No such file or directory\n1\nls: cannot access '/no-such-q7': No such file or directory\ncat: /: Is a directory\n1\ncp: cannot stat '/no-such-q7': No such file or directory\ncat: /etc/passwd/x: Not a directory\nsh: 1: cannot create /no-such-q7/x: Directory nonexistent\n2\n",
  "files.same-name": "a\nb\n4\nF\nf\n",
  "files.directory-numbers": "2452874 a\n2452874 a/b/..\n2452874 a/.\n2 /\n2 /..\n",
  "files.system-writable": "/etc/passwd\n/etc\n/usr/bin\n/bin\n0\n",
  "proc.own-number": "24448\n24448\n24448\n24450\n24451\n",
  "proc.own-command-line":
    "sh -c command -v tr >/dev/null 2>&1 || exit 77\n: mark-q7; [ -r /proc/$$/cmdline ] || exit 77; tr '\\0' ' ' </proc/$$/cmdline; : ",
  "proc.own-environment": "MARK_Q7=seen\n",
  "proc.own-folder":
    "lrwxrwxrwx 1 root root 0 Nov 22 05:06 /proc/24466/cwd -> /etc\nlrwxrwxrwx 1 root root 0 Nov 22 05:06 /proc/24466/exe -> /usr/bin/dash\n",
  "proc.own-descriptor":
    "lr-x------ 1 root root 64 Nov 22 05:06 /proc/24471/fd/5 -> /dev/null\nls: cannot access '/proc/24471/fd/5': No such file or directory\n",
  "proc.own-umask": "Umask:\t0013\n",
  "proc.own-limits":
    "Max open files            20000                20000                files     \n20000\nMax open files            17                   17                   files     \n",
  "proc.child-listed": "24521 ?        00:00:00 sleep\n0\n",
  "proc.random-identifier":
    "5e410635-6b00-4a1e-be4a-425be5e38f84\n1c8b58c7-0ef0-48db-b2a9-528baa7c5c7e\n515f3fe3-8909-4bb5-9f3c-44533665a40c\n515f3fe3-8909-4bb5-9f3c-44533665a40c\n",
  "clock.new-file": "1795323975\n1795323975\n",
  "clock.zones": "05\n10\n05\nAAA\n",
  "clock.calendar": "2000-02-29T00:00:002\n",
  "tools.digests": "ffb0b4f2061c8a0dc27884730d99f59c  -\n774871b803428dc8a14ba61e6e31980e93c1a97eb831c78525a3ab6a68cc95b3  -\n",
  "tools.cksum": "1626545460 9\n4294967295 0\n",
  "tools.od": " 61 62 63 0a\n0000000   a   b   c  \\n\n0000004\n",
  "tools.base64": "aGVsbG8=\nworld",
  "tools.gzip": "f.gz\nround\n1\n\u001f\b",
  "tools.tar": "a/\na/b/\na/b/c\nt\n",
  "tools.awk": "3 4 2 1.33 ell\nb2\n",
  "tools.sed": "two\n[w]o\nthree\n[h]ree\n3\nPaTh.To\n",
  "tools.sort": "10 b\n100 c\n9 a\n9 a\n29\n110\n1100\nx 2\ny 1\n",
  "tools.cut-tr": "b:c\nifmmp\nab\n2\n1 3 5\n",
  "tools.grep": "1:ab\n1\n1\n2\na+b\naab\n",
  "tools.expr": "12\nb\n0\n1\nn\n1\n2\n",
  "tools.xargs": "- a b\n- c\nd/x d/y\nd/x\n",
  "tools.dd": "3456\n2+1 records in\n2+1 records out\nsame\n",
  "tools.basename": "b\n/a/b\n1\n3\n",
  "tools.busybox-unknown": "there\nECCHI: applet not found\n127\n",
  "tools.elf-copy": "ok\nsame\n",
  "tools.common": "end\n",
  "tools.places": "/usr/bin/cat\n/usr/bin/ls\n/usr/bin/cp\n/usr/bin/mv\n/usr/bin/rm\n/usr/bin/chmod\n",
  "shell.background-order": "early\nlate\ndone\n",
  "clock.sleep": "ctxt 47505341\nctxt 47511578\n1795323975\n1795323974\n14378.52\n14379.53 15332.29\n",
  "tools.ping-name": "ping: qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq.q7: Name or service not known\n2\n",
  "tools.ping-self":
    "PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.\n64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.030 ms\n64 bytes from 127.0.0.1: icmp_seq=2 ttl=64 time=0.037 ms\n64 bytes from 127.0.0.1: icmp_seq=3 ttl=64 time=0.033 ms\n\n--- 127.0.0.1 ping statistics ---\n3 packets transmitted, 3 received, 0% packet loss, time 405ms\nrtt min/avg/max/mdev = 0.030/0.033/0.037/0.003 ms\n0\n",
  "files.pseudo-roots":
    "1 /proc\n1 /sys\nsysfs /sys sysfs rw,nosuid 0 0\nproc /proc proc rw,nosuid 0 0\nudev /dev devtmpfs rw,nosuid 0 0\n/dev/sda1 / ext4 rw,relatime 0 0\ntmpfs /run tmpfs rw,nosuid 0 0\n",
  "files.proc-refuses":
    "2\n1\nLinux version 6.1.0-40-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0) #1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1 (2025-09-20)\n",
  "files.sticky-tmp": "drwxrwxrwt 9 root root 4096 Nov 22 04:51 /tmp\ndrwxrwxrwt 9 root root 4096 Nov 22 04:51 /tmp/.\n",
  "proc.child": "there\n3100\nName:\tsleep\nState:\tS (sleeping)\nTgid:\t3101\nPid:\t3101\nPPid:\t3100\nTracerPid:\t0\ngone\n",
  "proc.processes": "110\n112\n112\n",
  "proc.process-table":
    "USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\nroot         1  0.0  0.3 168204 12460 ?        Ss   Nov12   0:09 /sbin/init\nroot       613  0.0  0.1  15432  5900 ?        Ss   Nov12   0:00 sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups\n",
  "proc.memory":
    "sysfs /sys sysfs rw,nosuid 0 0\nproc /proc proc rw,nosuid 0 0\nudev /dev devtmpfs rw,nosuid 0 0\n/dev/sda1 / ext4 rw,relatime 0 0\ntmpfs /run tmpfs rw,nosuid 0 0\nMemTotal:        4021024 kB\n               total        used        free      shared  buff/cache   available\nMem:         4021024      412384     2711732         652      897208     3396568\nSwap:         998396           0      998396\n",
  "proc.uptime":
    "sysfs /sys sysfs rw,nosuid 0 0\nproc /proc proc rw,nosuid 0 0\nudev /dev devtmpfs rw,nosuid 0 0\n/dev/sda1 / ext4 rw,relatime 0 0\ntmpfs /run tmpfs rw,nosuid 0 0\n276532.24 541200.11\n 04:51:04 up 3 days,  4:48,  1 user,  load average: 0.12, 0.08, 0.02\n0.12 0.08 0.02 1/110 3120\n",
  "proc.processors":
    "sysfs /sys sysfs rw,nosuid 0 0\nproc /proc proc rw,nosuid 0 0\nudev /dev devtmpfs rw,nosuid 0 0\n/dev/sda1 / ext4 rw,relatime 0 0\ntmpfs /run tmpfs rw,nosuid 0 0\n2\n2\nprocessor\t: 0\nvendor_id\t: GenuineIntel\n",
  "proc.disk":
    "Filesystem     1024-blocks     Used Available Capacity Mounted on\n/dev/sda1         40969576  8121220  30734868      21% /\n10242394 4096\n",
  "proc.mounts":
    "sysfs /sys sysfs rw,nosuid 0 0\nproc /proc proc rw,nosuid 0 0\nudev /dev devtmpfs rw,nosuid 0 0\n/dev/sda1 / ext4 rw,relatime 0 0\ntmpfs /run tmpfs rw,nosuid 0 0\n---\nsysfs on /sys type sysfs (rw,nosuid)\nproc on /proc type proc (rw,nosuid)\nudev on /dev type devtmpfs (rw,nosuid)\n/dev/sda1 on / type ext4 (rw,relatime)\ntmpfs on /run type tmpfs (rw,nosuid)\n",
  "proc.disk-mounts":
    "sysfs /sys sysfs rw,nosuid 0 0\nproc /proc proc rw,nosuid 0 0\nudev /dev devtmpfs rw,nosuid 0 0\n/dev/sda1 / ext4 rw,relatime 0 0\ntmpfs /run tmpfs rw,nosuid 0 0\n---\nFilesystem     1024-blocks     Used Available Capacity Mounted on\nudev               1990000        0   1990000       0% /dev\n/dev/sda1         40969576  8121220  30734868      21% /\ntmpfs               402104      652    401452       1% /run\n",
  "proc.kernel-name":
    "6.1.0-40-amd64\n6.1.0-40-amd64\n#1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1 (2025-09-20)\nLinux version 6.1.0-40-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0) #1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1 (2025-09-20)\nLinux\nx86_64\nLinux web1 6.1.0-40-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1 (2025-09-20) x86_64 GNU/Linux\n",
  "proc.host-name": "web1\nweb1\nweb1\nweb1\n",
  "proc.account":
    "uid=1000(anna) gid=1000(anna) groups=1000(anna)\n1000\nanna\nanna\nanna:x:1000:1000:Anna:/home/anna:/bin/bash\nUid:\t1000\t1000\t1000\t1000\n",
  "proc.last-number":
    "sysfs /sys sysfs rw,nosuid 0 0\nproc /proc proc rw,nosuid 0 0\nudev /dev devtmpfs rw,nosuid 0 0\n/dev/sda1 / ext4 rw,relatime 0 0\ntmpfs /run tmpfs rw,nosuid 0 0\n3130\n0.12 0.08 0.02 1/110 3131\n",
  "proc.maps":
    "5625339ab000-5625339af000 r--p 00000000 fe:00 260180                     /usr/bin/dash\n7f0000000000-7f0000026000 r--p 00000000 fe:00 260181                     /usr/lib/x86_64-linux-gnu/libc.so.6\n",
  "proc.interfaces":
    "eth0\nlo\n---\nInter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n    lo: 14710033351 15203003    0 1420    0     0          0         0 1471003\n  eth0: 14710 152    0 0    0     0          0         0 1471003\n---\n---\n",
  "clock.boot":
    "sysfs /sys sysfs rw,nosuid 0 0\nproc /proc proc rw,nosuid 0 0\nudev /dev devtmpfs rw,nosuid 0 0\n/dev/sda1 / ext4 rw,relatime 0 0\ntmpfs /run tmpfs rw,nosuid 0 0\nbtime 1795000000\n1795276532\n276532.24 541200.11\n         system boot  2026-11-18 13:33\n2026-11-18 13:33:20\n",
  "clock.new-process":
    "sysfs /sys sysfs rw,nosuid 0 0\nproc /proc proc rw,nosuid 0 0\nudev /dev devtmpfs rw,nosuid 0 0\n/dev/sda1 / ext4 rw,relatime 0 0\ntmpfs /run tmpfs rw,nosuid 0 0\n3140 (sh) S 3139 3139 3000 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 27653210 2600000 200 18446744073709551615\n276532.24 541200.11\n",
  "tools.wrong-options":
    "cat: unrecognized option '--no-such-q7'\n= cat 1\nls: unrecognized option '--no-such-q7'\n= ls 2\nuname: unrecognized option '--no-such-q7'\n= uname 1\n",
  "tools.elf": "x86_64\n\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0",
  "tools.libraries": "found\n",
  "tools.busybox": "BusyBox v1.36.1 (Debian 1:1.36.1-9) multi-call binary.\n",
  "tools.top": "top - 04:51:03 up 3 days,  4:48,  1 user,  load average: 0.12, 0.08, 0.02\n",
  "tools.editor": "VIM - Vi IMproved 9.0 (2022 Jun 28)\n0\n",
  "tools.ssh-version": "OpenSSH_9.2p1 Debian-2+deb12u7, OpenSSL 3.0.17 1 Jul 2025\n",
  "tools.interpreters": "\nThis is perl 5, version 36, subversion 0 (v5.36.0) built for x86_64-linux-gnu-thread-multi\nnet-tools 2.10\n",
  "tools.interfaces":
    "eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n        inet 192.0.2.7  netmask 255.255.255.0  broadcast 192.0.2.255\n        ether 52:54:00:12:34:56  txqueuelen 1000\n",
  "tools.package-managers": 'apt-get\ndpkg\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
  "users.logged-in":
    "anna     pts/0        Nov 22 04:40 (192.0.2.20)\n---\nanna     pts/0        192.0.2.20       Sun Nov 22 04:40   still logged in\n\nwtmp begins Mon Nov  2 08:11:40 2026\n",
};
