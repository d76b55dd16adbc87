import { dirname } from "node:path";
import type { CarrierHost } from "../../apply/carriage.ts";
import type { Change } from "../../ledger/change.ts";
import { type Account, namesBeside } from "./account.ts";
import { CONF_FOLDER, canBeWritten, confLine, hasModule, hasOthers, initScript } from "./namespace-conf.ts";
import { NAMESPACE_LINE, withNamespace } from "./pam-stack.ts";
import { textFile } from "./text-file.ts";

/**
 * Logins through PAM: pam_namespace gives the session a mount namespace before anything of the user's runs, and starts the guard in it.
 *
 * Of the services only sshd and login: they begin a session of the user's. `su`, `sudo` and `runuser` stay as they are, so that an
 * administrator can become the user and see the real host; cron and systemd's own user manager run programs without anybody looking.
 */
export interface PamWay {
  /** Those that are carried. */
  readonly services: readonly Service[];
  /** All but the guard's plan, whose path is `plan`. */
  readonly changes: readonly Change[];
  /** Stacks as they were. */
  readonly originals: Readonly<Record<string, string>>;
  /** Names in /etc that are ours, of other users as well. */
  readonly added: readonly string[];
  readonly plan: string;
  readonly leftOut: readonly string[];
}

export type Service = "sshd" | "login";

export interface PamAsked {
  readonly account: Account;
  readonly host: CarrierHost;
  readonly services: readonly Service[];
  /** A folder of our own, for this user. */
  readonly folder: string;
  readonly guard: string;
  readonly beforeMotd: boolean;
}

const WHO: Readonly<Record<Service, string>> = { sshd: "Logins by SSH", login: "Logins at a console" };

export function pamWay(asked: PamAsked): PamWay {
  const { account, folder, guard, host } = asked;
  const stacks = asked.services.map((service) => stackOf(service, asked));
  const carried = stacks.filter((stack) => "original" in stack);
  const confOf = (user: string) => `${CONF_FOLDER}/utsusemi-${user}.conf`;
  const [room, script, plan] = [`${folder}/room`, `${folder}/init`, `${folder}/plan`];
  return {
    services: carried.map(({ service }) => service),
    changes: [
      { kind: "directory", path: room, mode: 0 },
      textFile(script, initScript(guard, plan), 0o700),
      textFile(confOf(account.name), confLine({ path: room, script, user: account.name }), 0o600),
      ...carried.flatMap(({ path, text }) => (text === undefined ? [] : [textFile(path, text)])),
    ],
    originals: Object.fromEntries(carried.map(({ path, original }) => [path, original])),
    added: namesBeside(account, host).map(confOf),
    plan,
    leftOut: stacks.flatMap((stack) => ("why" in stack ? [`${WHO[stack.service]} cannot go through PAM: ${stack.why}.`] : [])),
  };
}

type Stack =
  | { readonly service: Service; readonly path: string; readonly original: string; readonly text: string | undefined }
  | { readonly service: Service; readonly why: string };

function stackOf(service: Service, { host, folder, beforeMotd }: PamAsked): Stack {
  const path = `/etc/pam.d/${service}`;
  const now = host.read(path);
  if (now === undefined) return { service, why: `there is no ${path}` };
  if (!hasModule(host)) return { service, why: "pam_namespace.so is not there" };
  if (!canBeWritten(folder)) return { service, why: `${folder} has a character that namespace.conf cannot hold` };
  const original = now.replace(NAMESPACE_LINE, "");
  const edit = withNamespace(original, { beforeMotd });
  if (edit.way === "refused") return { service, why: edit.why };
  if (edit.way === "there") return { service, path, original, text: undefined };
  if (hasOthers(host, dirname(folder)))
    return { service, why: "namespace.conf has directories of its own, which its sessions would then get as well" };
  return { service, path, original, text: edit.text };
}
