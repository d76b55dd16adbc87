import type { BatteryCommand } from "./battery.ts";

/**
 * The language of POSIX sh (IEEE 1003.1-2017, XCU 2): what every shell answers alike, whatever its name, and an emulation seldom does.
 * Only built-ins and `cat` are used where that is enough, so that a small system is not taken for a fake one.
 */
export const shellCommands: readonly BatteryCommand[] = [
  { id: "shell.pipe-status", line: "true | false; echo $?; false | true; echo $?; ! true; echo $?" },
  { id: "shell.and-or", line: "false && echo a || echo b; true || echo c && echo d; if false; then echo e; else echo f; fi" },
  { id: "shell.subshell", line: "(exit 7); echo $?; x=1; (x=2; cd /); echo $x; { x=3; }; echo $x; sh -c 'exit 300'; echo $?" },
  {
    id: "shell.trimming",
    line: `x=/usr/lib/file.tar.gz; echo "\${x##*/} \${x%%.*} \${x#*/} \${x%.gz} \${#x} \${y:-d} \${x:+s} \${y-e}"; echo "\${y:=f}$y"`,
  },
  {
    id: "shell.arithmetic",
    line: "echo $((7/2)) $((-7/2)) $((7%3)) $((1<<10)) $((0x1f)) $((010)) $((5>3&&2)) $((3>4?1:9)) $((6^3)) $((~0))",
  },
  { id: "shell.here-document", line: "v=in; cat <<E\na $v $((1+1))\nE\ncat <<'E'\nb $v\nE\ncat <<-E\n\t\tc\n\tE" },
  {
    id: "shell.redirection-order",
    line: "f() { echo out; echo err >&2; }; f 2>&1 >/dev/null; echo -; f >/dev/null 2>&1; echo -; f 2>/dev/null",
  },
  {
    id: "shell.descriptors",
    line: "exec 3>g; echo x >&3; echo y >&3; exec 3>&-; cat g; (echo z >&3) 2>/dev/null || echo closed; cat 4<g <&4",
  },
  { id: "shell.no-clobber", line: "echo a >f; set -C; (echo b >f) 2>/dev/null; echo $?; echo c >|f; cat f" },
  { id: "shell.wait-status", line: "(exit 9) & wait $!; echo $?; (exit 3) & p=$!; (exit 4) & wait $p; echo $?; wait; echo $?" },
  {
    id: "shell.kill-status",
    line: "sleep 9 & p=$!; kill -0 $p && echo there; kill $p; wait $p; echo $?; kill -0 $p 2>/dev/null || echo gone",
  },
  { id: "shell.trap", line: "trap 'echo bye' EXIT; trap 'echo usr' USR1; kill -USR1 $$; trap '' TERM; kill $$; echo end" },
  { id: "shell.killed-status", line: "sh -c 'kill -9 $$'; echo $?; sh -c 'kill -TERM $$'; echo $?" },
  { id: "shell.no-job", line: "fg; echo $?; kill %1; echo $?; jobs; echo end" },
  { id: "shell.globbing", line: ": >a1; : >a2; : >b1; : >.h; echo a* [!a]* *; echo 'a*' z* ?1; echo .[!.]*; set -f; echo *" },
  {
    id: "shell.splitting",
    line: 'set -- a "b c" d; echo $#; for i in "$@"; do echo "<$i>"; done; x=p:q::r; IFS=:; set -- $x; echo $#; echo "$*"',
  },
  {
    id: "shell.loops",
    line: "f() { return 3; }; f; echo $?; i=0; while :; do i=$((i+1)); [ $i = 2 ] && continue; [ $i = 5 ] && break; echo $i; done; case foo.c in *.h|*.c) echo c;; *) echo no;; esac; until [ $i = 0 ]; do i=$((i-1)); done; echo $i",
  },
  { id: "shell.substitution", line: "echo $(echo $(echo `echo deep`)); x=$(printf 'a\\n\\n\\n'); echo \"[$x]\"; x=$(exit 5); echo $?" },
  { id: "shell.printf", line: "printf '%05d|%-5s|%5s|%x|%o|%c|%%|%s\\n' 42 ab cd 255 8 xyz z; printf '%s,' a b c; printf '\\101\\n'" },
  { id: "shell.exec", line: "sh -c 'exec sh -c \"echo in\"; echo not'; sh -c 'exec no-such-q7'; echo $?" },
  {
    id: "shell.strictness",
    line: '(set -e; false; echo no); echo $?; (set -u; echo "$nope"; echo no) >/dev/null 2>&1; echo $?; set -- ; echo "$#[$1]"',
  },
  {
    id: "shell.read",
    line: `printf 'a b c\\nd\\\\e\\nlast' | { read x y; echo "$x-$y"; read -r z; printf '%s\\n' "$z"; read w; echo "$? $w"; }`,
  },
  { id: "shell.syntax-error", line: "sh -c 'if then'; echo $?; sh -c 'echo \"open'; echo $?; sh -c 'echo a; )'; echo $?" },
  { id: "shell.not-found", line: 'no-such-q7 -x; echo $?; echo "[$BASH_VERSION]"' },
  { id: "shell.echo-hex", line: "echo -e '\\x41'; echo \"[$BASH_VERSION]\"; echo -n x; echo" },
  { id: "shell.script-without-right", line: "echo 'echo ran' >s; chmod 644 s; ./s; echo $?" },
  { id: "shell.script-with-right", line: "echo 'echo ran $1; exit 6' >s; chmod 755 s; ./s a; echo $?" },
  {
    id: "shell.script-arguments",
    line: "echo 'echo \"$0 $# $2\"; exit 4' >s; sh s a 'b c'; echo $?; echo 'x=5; return 2' >t; . ./t; echo $? $x",
  },
  {
    id: "shell.interpreter-line",
    line: "printf '#!/bin/cat\\nline two\\n' >s; chmod 755 s; ./s; printf '#!/no/such-q7\\n' >t; chmod 755 t; ./t; echo $?",
  },
  { id: "shell.broken-program", line: "printf 'qzx7 shall we\\n' >s; chmod 755 s; ./s; echo $?" },
  {
    id: "shell.broken-pipe",
    line: "yes | head -n 2; i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done | sed 1q",
    needs: ["yes", "head", "sed"],
  },
  { id: "shell.background-order", line: "(sleep 1; echo late) & echo early; wait; echo done", overlapped: true },
  { id: "shell.change-directory", line: "mkdir -p a/b; cd a/b; cd ../..; ls a; cd /; cd /etc; cd -; cd /no-such-q7; echo $?" },
];
