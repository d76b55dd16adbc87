/**
 * The specifiers that stand for parts of a unit's own name (systemd.unit(5), "Specifiers"); others stay as they are, with their percent sign.
 */
export function specified(text: string | undefined, id: string): string | undefined {
  if (text === undefined) return undefined;
  const bare = id.replace(/\.service$/, "");
  const [prefix = "", instance = ""] = /^([^@]*)@?(.*)$/s.exec(bare)?.slice(1) ?? [];
  const known: Readonly<Record<string, string>> = {
    "%i": instance,
    "%I": unescaped(instance),
    "%p": prefix,
    "%P": unescaped(prefix),
    "%n": id,
    "%N": bare,
  };
  return text.replace(/%[iIpPnN]/g, (specifier) => known[specifier] ?? specifier);
}

/** systemd-escape(1). */
function unescaped(text: string): string {
  return text.replaceAll("-", "/").replace(/\\x([0-9a-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
