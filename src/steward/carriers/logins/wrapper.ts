import type { Account } from "./account.ts";
import { quoted } from "./namespace-conf.ts";

/**
 * What sshd runs instead of what a user asked for (`ForceCommand`): it runs that under the guard, by the user's own shell, as sshd would.
 *
 * What must stay true: where the guard cannot start, the login works undisguised. And as `ForceCommand` goes before the command that a key is
 * limited to (`command=` in authorized_keys), the wrapper itself keeps to that: sshd tells it by which key the user came.
 */
export interface WrapperAsked {
  readonly guard: string;
  readonly plan: string;
  readonly keyFiles: readonly string[];
  /** Stands for `internal-sftp`, which only sshd itself can run. */
  readonly sftpServer: string | undefined;
  /** A tracer stands before the shell: it cannot give it the name that sshd gives it, such as `-bash`. */
  readonly isTraced: boolean;
}

export function sshdMatch({ name }: Account, wrapper: string): string {
  return `# Logins of one user go through a program that shows them a disguise.
Match User ${name}
	ForceCommand ${wrapper}
	ExposeAuthInfo yes
`;
}

export function wrapperScript({ guard, plan, keyFiles, sftpServer, isTraced }: WrapperAsked): string {
  const isNamed = !isTraced;
  const called = isNamed ? `"\${shell##*/}" ` : "";
  const asLoginShell = isNamed ? `"$shell" "-\${shell##*/}"` : `"$shell" -l`;
  const enter = `${quoted(guard)} enter ${quoted(plan)} --quiet`;
  return `#!/bin/sh
# Started by sshd for each session of a user (ForceCommand).
asked=\${SSH_ORIGINAL_COMMAND-}
limited=
keys() { cat ${keyFiles.map(quoted).join(" ") || "/dev/null"} 2>/dev/null; }
refuse() { echo "$1" >&2; exit 1; }

# A key that is limited to a command stays so. SSH_USER_AUTH: a line for each way that was gone, as publickey TYPE KEY.
if [ -r "\${SSH_USER_AUTH-}" ]; then
  while read -r way type key rest; do
    [ "$way" = publickey ] || continue
    case $type in *-cert-*) refuse "No certificates here." ;; esac
    line=$(keys | grep -F -- "$key" | head -n 1)
    options=\${line%%"$key"*}
    case $options in
      *[Cc][Oo][Mm][Mm][Aa][Nn][Dd]=*)
        limited=$(printf '%s\\n' "$options" | sed -n 's/^\\(.*[, \\t]\\)\\{0,1\\}[Cc][Oo][Mm][Mm][Aa][Nn][Dd]="\\(\\(\\\\"\\|[^"]\\)*\\)".*$/\\2/p' | sed 's/\\\\"/"/g')
        [ -n "$limited" ] || refuse "This key is limited in a way that is not understood."
        ;;
    esac
  done <"$SSH_USER_AUTH"
elif keys | grep -qi 'command='; then
  refuse "It is not known what this key is limited to."
fi
unset SSH_USER_AUTH

shell=\${SHELL:-/bin/sh}
if [ -n "$limited" ]; then asked=$limited; else unset SSH_ORIGINAL_COMMAND; fi
case $asked in
  "") set -- ${asLoginShell} ;;
  internal-sftp | internal-sftp\\ *) set -- "$shell" ${called}-c "exec ${sftpServer ?? "false"}\${asked#internal-sftp}" ;;
  *) set -- "$shell" ${called}-c "$asked" ;;
esac
unset asked limited way type key rest line options

if ${enter} -- /bin/sh -c : </dev/null >/dev/null 2>&1; then
  exec ${enter}${isNamed ? " --name" : ""} -- "$@"
fi
# Undisguised.
program=$1
shift ${isNamed ? 2 : 1}
[ $# -gt 0 ] || set -- -l
exec "$program" "$@"
`;
}
