import { type BatteryCommand, CUT_OFF, NOT_ASKED } from "./battery.ts";
import { keyConfigurations, keyFiles, keyFolders, keyHardware, keyPaths, keyPatterns, processFiles } from "./key-files.ts";

/**
 * The battery as one POSIX script, for any shell and a host with nothing but a shell: what it prints is a transcript (`parseTranscript`).
 * Each command is a `sh -c` in a new folder, ended after its time by `timeout` or, where there is none that works, by a second process.
 * What was printed is repeated raw between two lines that begin with a nonce, so that neither base64 nor od is needed and no output can
 * forge an end. The folder is removed whatever happens; nothing else is changed. A transcript holds what its reader may read, secrets of the
 * environment and of /etc/shadow included.
 *
 *     transcript = *section
 *     section    = LF nonce " begin " id LF output LF nonce " end " id " " status " " uptime " " uptime LF     a command
 *                / LF nonce " file " path LF contents         / LF nonce " denied " path LF
 *                / LF nonce " list " path LF *(name LF)       / LF nonce " absent " path LF
 *                / LF nonce " there " path LF                 / LF nonce " environment" LF contents
 *                / LF nonce " done" LF                                                                        the end
 */
export function encodeScript(battery: readonly BatteryCommand[], nonce: string, alsoPaths: readonly string[] = []): string {
  return [head(nonce, battery.length), commands(battery), files(alsoPaths), FOOT].join("\n");
}

/** The same without the files, for a host whose files are read otherwise. */
export function encodeCommands(battery: readonly BatteryCommand[], nonce: string): string {
  return [head(nonce, battery.length), commands(battery), FOOT].join("\n");
}

/** Bytes of each output that are repeated. */
export const OUTPUT_BYTES = 65_536;

/** Letters and digits only: it stands unquoted in the script and in every mark. */
export function isNonce(text: string): boolean {
  return /^[A-Za-z0-9]{8,64}$/.test(text);
}

function head(nonce: string, count: number): string {
  if (!isNonce(nonce)) throw new RangeError("a nonce is 8 to 64 letters and digits");
  return `#!/bin/sh
# Asks this host some 100 harmless questions and prints the answers; changes nothing. Run by root, it also prints the environment and
# /etc/shadow: keep what it prints as you would keep those.
N=${nonce}
D=
for t in "\${TMPDIR:-/tmp}" /tmp /var/tmp /dev/shm "$HOME" "$PWD"; do
  [ -n "$D" ] || { [ -n "$t" ] && mkdir -m 700 "$t/.u$N" 2>/dev/null && D=$t/.u$N; }
done
[ -n "$D" ] || { echo "no folder can be made"; exit 1; }
trap 'cd /; rm -rf "$D"' 0
trap 'exit 1' 1 2 15
say() { printf '\\n%s %s\\n' "$N" "$*"; }
say environment
env 2>/dev/null
cd "$D" || exit 1
mkdir ${Array.from({ length: count }, (_, at) => `w${at}`).join(" ")}
PATH=$PATH:/usr/sbin:/sbin:/usr/bin:/bin LC_ALL=C
export PATH LC_ALL
# Refused, not killed: a shell may die with the program that wrote too much.
trap '' XFSZ 2>/dev/null
ulimit -f 32768 2>/dev/null
ulimit -c 0 2>/dev/null
S=sh
if timeout 5 true 2>/dev/null; then T=timeout; else T=late; fi
late() {
  l=$1; shift
  "$@" & p=$!
  ( sleep "$l"; : >"$O.late"; kill -9 $p ) >/dev/null 2>&1 & k=$!
  wait $p; r=$?
  kill $k 2>/dev/null; wait $k 2>/dev/null
  [ -e "$O.late" ] && r=${CUT_OFF}
  return $r
}
now() { U=-; { read -r U x </proc/uptime; } 2>/dev/null; }
# number, name of the folder that another command may look for, limit, line
ask() {
  O=$D/o$1
  now; A=$U
  cd "$D/w$1" && $T "$3" $S -c "$4" </dev/null >"$O" 2>&1
  R=$?
  now
  # Other makes of timeout tell the signal instead.
  if [ $R = 143 ] && [ $U != - ] && [ $((\${U%.*} - \${A%.*})) -ge $3 ]; then R=${CUT_OFF}; fi
  echo "$R $A $U" >"$O.status"
}
tell() {
  say "begin $2"
  dd if="$D/o$1" bs=${OUTPUT_BYTES} count=1 2>/dev/null || cat "$D/o$1"
  { read -r R <"$D/o$1.status"; } 2>/dev/null || R='${CUT_OFF} - -'
  say "end $2 $R"
}`;
}

function commands(battery: readonly BatteryCommand[]): string {
  const asked = battery.map((command, at) => ({ command, at }));
  const overlapped = asked.filter(({ command }) => command.overlapped === true);
  const others = asked.filter(({ command }) => command.overlapped !== true);
  const paired = asked.filter(({ command }) => command.id.endsWith("-again"));
  return [
    ...paired.map(({ command, at }) => `ln -s w${at} ${quoted(command.id)}`),
    ...overlapped.map((one) => `ask ${askWords(one)} &`),
    // A command that ran is told at once: what follows may end the shell.
    ...others.flatMap((one) => [`ask ${askWords(one)}`, `tell ${one.at} ${one.command.id}`]),
    "wait",
    ...overlapped.map(({ command, at }) => `tell ${at} ${command.id}`),
  ].join("\n");
}

function askWords({ command, at }: { readonly command: BatteryCommand; readonly at: number }): string {
  const needed = (command.needs ?? []).map((program) => `command -v ${program} >/dev/null 2>&1 || exit ${NOT_ASKED}\n`).join("");
  return `${at} ${command.id} ${command.seconds ?? 5} ${quoted(`${needed}${command.line}`)}`;
}

function files(alsoPaths: readonly string[]): string {
  const texts = [...keyFiles, ...keyConfigurations, ...keyHardware];
  const there = [...new Set([...keyPaths, ...alsoPaths])].filter((path) => !texts.includes(path) && !keyFolders.includes(path));
  return `cd /
gone() { if [ -e "$1" ] || [ -h "$1" ]; then say "$2 $1"; else say "absent $1"; fi; }
text() {
  if [ -f "$1" ] && [ -r "$1" ]; then
    cat "$1" >"$D/f" 2>/dev/null || { say "denied $1"; return; }
    say "file $1"
    dd if="$D/f" bs=${OUTPUT_BYTES} count=1 2>/dev/null || cat "$D/f"
  else gone "$1" denied; fi
}
names() {
  if [ ! -d "$1" ]; then gone "$1" there
  elif [ ! -r "$1" ]; then say "denied $1"
  else
    say "list $1"
    for x in "$1"/* "$1"/.[!.]*; do if [ -e "$x" ] || [ -h "$x" ]; then printf '%s\\n' "\${x##*/}"; fi; done
  fi
}
for f in ${words(texts)}; do text "$f"; done
for f in ${keyPatterns.join(" ")}; do [ -f "$f" ] && text "$f"; done
for f in ${words(keyFolders)}; do names "$f"; done
for f in ${words(there)}; do gone "$f" there; done
say 'list /proc'
n=0
for p in /proc/[0-9]*; do n=$((n+1)); [ $n -gt 400 ] || printf '%s\\n' "\${p##*/}"; done
n=0
for p in /proc/[0-9]*; do
  n=$((n+1)); [ $n -gt 400 ] && break
  for f in ${processFiles.join(" ")}; do [ -r "$p/$f" ] && { say "file $p/$f"; cat "$p/$f" 2>/dev/null; }; done
done`;
}

const FOOT = "say done\n";

function words(paths: readonly string[]): string {
  return paths.map(quoted).join(" ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
