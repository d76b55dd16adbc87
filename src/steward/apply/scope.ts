import { OperatorError } from "../../errors/operator-error.ts";

/** For whom a disguise holds: a service and all that it starts, the logins of a user, all services of a slice, or the whole host. */
export type Scope =
  | { readonly kind: "service"; readonly name: string }
  | { readonly kind: "user"; readonly name: string }
  | { readonly kind: "slice"; readonly name: string }
  | { readonly kind: "host" };

/** systemd.unit(5), "string escaping"; useradd(8). */
const NAMES: Readonly<Record<string, RegExp>> = {
  service: /^[A-Za-z0-9:_.\\@-]{1,250}$/,
  slice: /^[A-Za-z0-9:_.\\-]{1,250}$/,
  user: /^[a-z_][a-z0-9_-]{0,30}\$?$/,
};

/**
 * Reads `service:NAME`, `user:NAME`, `slice:NAME` or `host`; the suffixes `.service` and `.slice` may be left away.
 * @throws OperatorError `scope-unknown`
 */
export function parseScope(text: string): Scope {
  if (text === "host") return { kind: "host" };
  const [, kind = "", name = ""] = /^(service|user|slice):(.+)$/s.exec(text) ?? [];
  if (NAMES[kind]?.test(name) !== true)
    throw new OperatorError("scope-unknown", "That is no scope.", { next: "Give service:NAME, user:NAME, slice:NAME or host." });
  if (kind === "user") return { kind, name };
  const bare = name.replace(/\.(service|slice)$/, "");
  return kind === "service" ? { kind, name: bare } : { kind: "slice", name: bare };
}

export function scopeText(scope: Scope): string {
  return scope.kind === "host" ? "host" : `${scope.kind}:${scope.name}`;
}
