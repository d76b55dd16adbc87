/**
 * Puts pam_namespace into a service's stack by one line of text; everything else stays byte for byte. It is the last of the session's lines,
 * as pam_namespace(8) wants it: what comes before it has read the real host. Only where the message of the day is forged it goes before what
 * prints that.
 *
 * What must stay true: no jump (`success=1`) of a line that is there already lands elsewhere than before, and the line is `optional`.
 */
export type StackEdit =
  | { readonly way: "edited"; readonly text: string }
  /** Our line is there already, or one of the administrator's that does as well. */
  | { readonly way: "there" }
  /** `why`: the rest of a sentence. */
  | { readonly way: "refused"; readonly why: string };

/** pam_namespace(8). */
export const NAMESPACE_LINE = "session optional pam_namespace.so mount_private ignore_config_error\n";

interface Entry {
  /** Its lines, those that a backslash joins included. */
  readonly text: string;
  readonly isSession: boolean;
  readonly module: string;
  readonly control: string;
}

export interface StackAsked {
  /** Whether what pam_motd prints is to be forged as well. */
  readonly beforeMotd: boolean;
}

export function withNamespace(text: string, { beforeMotd }: StackAsked): StackEdit {
  const entries = entriesOf(text);
  const there = entries.find(({ isSession, module }) => isSession && module === "pam_namespace.so");
  if (there !== undefined)
    return there.control === "optional"
      ? { way: "there" }
      : { way: "refused", why: `pam_namespace stands there as ${there.control}, so that a mistake in it would end logins` };
  const at = placeIn(entries, beforeMotd);
  const before = entries.slice(0, at).map((entry) => entry.text);
  const after = entries.slice(at).map((entry) => entry.text);
  const isEnded = before.at(-1)?.endsWith("\n") ?? true;
  return { way: "edited", text: [...before, isEnded ? NAMESPACE_LINE : `\n${NAMESPACE_LINE.trimEnd()}`, ...after].join("") };
}

/** Index of the entry that it is put before. */
function placeIn(entries: readonly Entry[], beforeMotd: boolean): number {
  const motd = entries.findIndex(({ isSession, module }) => isSession && module === "pam_motd.so");
  const jumps = entries.slice(0, motd).some(({ isSession, control }) => isSession && /=\s*\d/.test(control));
  if (beforeMotd && motd >= 0 && !jumps) return motd;
  const last = entries.findLastIndex(({ isSession }) => isSession);
  return last < 0 ? entries.length : last + 1;
}

/** pam.d(5): `type control module arguments`, `@include file`; a backslash at its end joins a line with the next one. */
function entriesOf(text: string): readonly Entry[] {
  const lines = text.match(/(?:[^\n]*\\\n)*(?:[^\n]*\n|[^\n]+$)/g) ?? [];
  return lines.map((line) => {
    const bare = line.replaceAll("\\\n", " ").trim();
    const [, type = "", control = "", module = ""] = /^-?(\w+)\s+(\[[^\]]*\]|\S+)\s+(\S+)/.exec(bare) ?? [];
    const isSession = type.toLowerCase() === "session" || /^@include\s+\S*session/.test(bare);
    return { text: line, isSession, control, module: module.slice(module.lastIndexOf("/") + 1) };
  });
}
