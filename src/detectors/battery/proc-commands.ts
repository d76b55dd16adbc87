import type { BatteryCommand } from "./battery.ts";

/** What a tool says against what the kernel says in /proc, asked in one command, so that nothing changes between the two. */
export const procCommands: readonly BatteryCommand[] = [
  { id: "proc.own-number", line: "echo $$; read p r </proc/$$/stat && echo $p; sh -c 'echo $PPID'; sh -c 'echo $$'; sh -c 'echo $$'" },
  { id: "proc.own-command-line", line: ": mark-q7; [ -r /proc/$$/cmdline ] || exit 77; tr '\\0' ' ' </proc/$$/cmdline; :", needs: ["tr"] },
  {
    id: "proc.own-environment",
    line: '[ -d /proc/$$ ] || exit 77; MARK_Q7=seen sh -c \'tr "\\0" "\\n" </proc/$$/environ | grep MARK_Q7\'; env | grep MARK_Q7',
    needs: ["tr", "grep"],
  },
  { id: "proc.own-folder", line: "cd /etc; [ -h /proc/$$/cwd ] || exit 77; ls -l /proc/$$/cwd; ls -l /proc/$$/exe; :" },
  { id: "proc.own-descriptor", line: "exec 5</dev/null; [ -d /proc/$$/fd ] || exit 77; ls -l /proc/$$/fd/5; exec 5<&-; ls /proc/$$/fd/5" },
  { id: "proc.own-umask", line: "umask 013; grep '^Umask' /proc/$$/status || exit 77", needs: ["grep"] },
  {
    id: "proc.own-limits",
    line: "grep '^Max open files' /proc/$$/limits || exit 77; ulimit -n; ulimit -n 17; grep '^Max open files' /proc/$$/limits",
    needs: ["grep"],
  },
  {
    id: "proc.child",
    line: "sleep 9 & p=$!; [ -d /proc/$$ ] || exit 77; [ -d /proc/$p ] && echo there; echo $$; cat /proc/$p/status; kill $p; wait $p; [ -d /proc/$p ] || echo gone",
  },
  {
    id: "proc.processes",
    line: "ls /proc 2>/dev/null | grep -c '^[0-9]'; (ps -e 2>/dev/null || ps) | wc -l; (ps -e 2>/dev/null || ps) | grep -c .",
    needs: ["ps", "grep", "wc"],
  },
  { id: "proc.child-listed", line: 'sleep 9 & p=$!; (ps -e 2>/dev/null || ps) | grep "^ *$p " ; echo $?; kill $p', needs: ["ps", "grep"] },
  { id: "proc.process-table", line: "ps aux 2>/dev/null || ps", needs: ["ps"] },
  { id: "proc.memory", line: "cat /proc/mounts; grep MemTotal /proc/meminfo; free -k 2>/dev/null || free", needs: ["free", "grep"] },
  { id: "proc.uptime", line: "cat /proc/mounts; cat /proc/uptime; uptime; cat /proc/loadavg", needs: ["uptime"] },
  {
    id: "proc.processors",
    line: "cat /proc/mounts; nproc; grep -c '^processor' /proc/cpuinfo; cat /proc/cpuinfo | head -n 60",
    needs: ["nproc", "grep", "head"],
  },
  { id: "proc.disk", line: "df -P /; stat -f -c '%b %S' / 2>/dev/null", needs: ["df"] },
  { id: "proc.mounts", line: "cat /proc/mounts; echo ---; mount", needs: ["mount"] },
  { id: "proc.disk-mounts", line: "cat /proc/mounts; echo ---; df -P", needs: ["df"] },
  {
    id: "proc.kernel-name",
    line: "uname -r; cat /proc/sys/kernel/osrelease; uname -v; cat /proc/version; uname -s; uname -m; uname -a",
    needs: ["uname"],
  },
  {
    id: "proc.host-name",
    line: "uname -n; cat /proc/sys/kernel/hostname; hostname 2>/dev/null || uname -n; cat /etc/hostname 2>/dev/null",
    needs: ["uname"],
  },
  {
    id: "proc.account",
    line: 'id; id -u; id -un; whoami 2>/dev/null; grep "^$(id -un):" /etc/passwd; grep "^Uid" /proc/$$/status',
    needs: ["id", "grep"],
  },
  { id: "proc.random-identifier", line: "cd /proc/sys/kernel/random || exit 77; cat uuid uuid boot_id boot_id" },
  { id: "proc.last-number", line: "cat /proc/mounts; (exit 0) & echo $!; wait; cat /proc/loadavg" },
  { id: "proc.maps", line: "[ -r /proc/$$/maps ] || exit 77; cat /proc/$$/maps; :" },
  { id: "proc.status", line: "cat /proc/$$/status; :" },
  {
    id: "proc.interfaces",
    line: "ls /sys/class/net || exit 77; echo ---; cat /proc/net/dev; echo ---; ip -o link 2>/dev/null; echo ---; ifconfig -a 2>/dev/null",
  },
  {
    id: "proc.ancestors",
    line: 'p=$$; n=0; while [ "$p" -gt 0 ] && [ $n -lt 40 ]; do n=$((n+1)); c=; q=0; while read -r k v; do case $k in Name:) c=$v;; PPid:) q=$v;; TracerPid:) t=$v;; esac; done <"/proc/$p/status" || break; echo "$p $t $c"; p=$q; done',
  },
  {
    id: "clock.sleep",
    line: "read a x </proc/uptime; s=$(date +%s); grep ctxt /proc/stat; sleep 1; grep ctxt /proc/stat; date +%s; echo $s; echo $a; cat /proc/uptime",
    needs: ["date", "grep"],
    overlapped: true,
  },
  {
    id: "clock.boot",
    line: "cat /proc/mounts; grep btime /proc/stat; date +%s; cat /proc/uptime; who -b 2>/dev/null; uptime -s 2>/dev/null",
    needs: ["date", "grep"],
  },
  { id: "clock.new-process", line: "cat /proc/mounts; cat /proc/$$/stat; cat /proc/uptime; :" },
  { id: "clock.new-file", line: ": >f; date +%s; date -r f +%s 2>/dev/null || stat -c %Y f", needs: ["date"] },
  { id: "clock.zones", line: "TZ=AAA0 date +%H; TZ=BBB-5 date +%H; TZ=AAA0 date +%H; TZ=AAA0 date +%Z", needs: ["date"] },
  { id: "clock.calendar", line: "date -u -d @951782400 +%Y-%m-%dT%H:%M:%S%u 2>/dev/null || exit 77", needs: ["date"] },
];
