import { visible } from "../wire/visible.ts";
import type { Deed } from "./evidence.ts";
import type { SuspicionSettings } from "./settings.ts";
import { type Contacts, type Logins, MAX_DISTINCT, type Standing } from "./standing.ts";

/** Points for something that a source did, and why. */
export interface Weight {
  readonly kind: "deeds" | "scan";
  readonly points: number;
  readonly reason: string;
}

/** What a deed weighs for a source with this past; the past's windows are brought up to date. Accepted logins and sessions weigh nothing. */
export function weigh(
  standing: Standing,
  deed: Deed,
  at: { readonly now: number; readonly settings: SuspicionSettings },
): readonly Weight[] {
  const { settings } = at;
  switch (deed.kind) {
    case "contact":
      return weighContact(standing, deed, at);
    case "login":
      return deed.accepted ? [] : weighLogin(standing, deed, at);
    case "odd":
      return [{ kind: "deeds", points: settings.odd, reason: `sent ${shown(deed.what)}` }];
    case "pattern":
      return [
        { kind: "deeds", points: Math.max(0, Math.min(100, deed.weight)), reason: `sent what the pattern ${shown(deed.id)} recognises` },
      ];
    case "decoy":
      return [{ kind: "deeds", points: settings.decoy, reason: `touched the decoy ${shown(deed.decoy)} on port ${deed.port}` }];
    case "lure":
      return [{ kind: "deeds", points: settings.lure, reason: `touched the lure ${shown(deed.lure)}` }];
    case "session":
      return [];
  }
}

type Contact = Extract<Deed, { readonly kind: "contact" }>;
type Login = Extract<Deed, { readonly kind: "login" }>;
type When = { readonly now: number; readonly settings: SuspicionSettings };

function weighContact(standing: Standing, { host, port, halfOpen }: Contact, { now, settings: { scan } }: When): readonly Weight[] {
  const fresh = standing.contacts === undefined || now - standing.contacts.from > scan.windowSeconds * 1000;
  const contacts = fresh ? newContacts(now) : (standing.contacts ?? newContacts(now));
  standing.contacts = contacts;
  contacts.total += 1;
  contacts.halfOpen += halfOpen ? 1 : 0;
  const newPort = addTo(contacts.ports, port);
  const newHost = addTo(contacts.hosts, host.slice(0, 64));
  const found: Weight[] = [];
  const shape = `asked for ${counted(contacts.ports.size)} ports of ${counted(contacts.hosts.size)} hosts within ${scan.windowSeconds} s`;
  if (newPort && contacts.ports.size > scan.freePorts) found.push({ kind: "scan", points: scan.perPort, reason: shape });
  if (newHost && contacts.hosts.size > scan.freeHosts) found.push({ kind: "scan", points: scan.perHost, reason: shape });
  if (isHalfOpen(contacts, scan)) {
    contacts.halfOpenSaid = true;
    found.push({
      kind: "scan",
      points: scan.halfOpen,
      reason: `left ${contacts.halfOpen} of ${contacts.total} connections half-open within ${scan.windowSeconds} s`,
    });
  }
  return found;
}

function isHalfOpen({ total, halfOpen, halfOpenSaid }: Contacts, scan: SuspicionSettings["scan"]): boolean {
  return !halfOpenSaid && total >= scan.halfOpenFrom && halfOpen * 100 >= total * scan.halfOpenPercent;
}

function weighLogin(standing: Standing, { service, user, times }: Login, { now, settings: { logins: limits } }: When): readonly Weight[] {
  const fresh = standing.logins === undefined || now - standing.logins.from > limits.windowSeconds * 1000;
  const logins = fresh ? newLogins(now) : (standing.logins ?? newLogins(now));
  standing.logins = logins;
  const failures = Math.max(1, Math.min(100, Math.trunc(times)));
  logins.failures += failures;
  addTo(logins.users, user.slice(0, 64));
  const found: Weight[] = [
    { kind: "deeds", points: failures * limits.perFailure, reason: `failed to log in to ${shown(service)} as ${shown(user)}` },
  ];
  if (logins.failures >= limits.manyFrom && !logins.manySaid) {
    logins.manySaid = true;
    found.push({ kind: "deeds", points: limits.many, reason: `failed to log in to ${shown(service)} ${logins.failures} times` });
  }
  if (logins.users.size >= limits.usersFrom && !logins.usersSaid) {
    logins.usersSaid = true;
    found.push({
      kind: "deeds",
      points: limits.users,
      reason: `failed to log in to ${shown(service)} under ${counted(logins.users.size)} names`,
    });
  }
  return found;
}

/** Whether it was new. */
function addTo<T>(set: Set<T>, value: T): boolean {
  if (set.has(value) || set.size >= MAX_DISTINCT) return false;
  set.add(value);
  return true;
}

function counted(size: number): string {
  return size >= MAX_DISTINCT ? `${MAX_DISTINCT} or more` : String(size);
}

function shown(text: string): string {
  return visible(text.slice(0, 64));
}

function newContacts(from: number): Contacts {
  return { from, ports: new Set(), hosts: new Set(), total: 0, halfOpen: 0, halfOpenSaid: false };
}

function newLogins(from: number): Logins {
  return { from, users: new Set(), failures: 0, manySaid: false, usersSaid: false };
}
