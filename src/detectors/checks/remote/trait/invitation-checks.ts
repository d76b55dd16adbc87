import type { PortView, RemoteView } from "../../../views/remote-view.ts";
import { httpAnswer } from "../kind/http-answer.ts";
import { mysqlGreeting } from "../kind/mysql-greeting.ts";
import {
  bytesOf,
  conversation,
  greetingOf,
  hostCheck,
  type Opinion,
  odd,
  oddIf,
  portCheck,
  type RemoteCheck,
  textFrom,
} from "../kind/opinions.ts";
import { sshVersions } from "../kind/ssh-versions.ts";

/**
 * Doors that stand open on purpose: services without a password, versions that nobody runs any more. Each is seen on careless real hosts
 * too and weighs little; together they are an invitation.
 */
interface Door {
  readonly id: string;
  readonly looksAt: string;
  readonly reason: string;
  readonly ratio: number;
  readonly source: string;
  /** Whether the service stands open to strangers; undefined: not there, or not asked. */
  readonly open: (port: PortView) => boolean | undefined;
}

const answered = (port: PortView, stimulus: string, looks: RegExp) => {
  const text = textFrom(port, stimulus);
  return text === undefined || text === "" ? undefined : looks.test(text);
};

/** Yes and no, each from an answer of its own. */
const either = (text: string | undefined, yes: RegExp, no: RegExp) =>
  text === undefined ? undefined : yes.test(text) ? true : no.test(text) ? false : undefined;

const doors: readonly Door[] = [
  {
    id: "trait.open.redis",
    looksAt: "Redis: INFO without a password",
    reason: "Redis reports about itself to anybody.",
    ratio: 2,
    source: "Redis protected mode; RedisHoneyPot",
    open: (port) => either(textFrom(port, "redis.info"), /redis_version:/, /^-(?:NOAUTH|DENIED|NOPERM)/),
  },
  {
    id: "trait.open.mongodb",
    looksAt: "MongoDB: list of databases without a password",
    reason: "MongoDB lists its databases for strangers.",
    ratio: 2.5,
    source: "Dionaea mongo; MongoDB manual, localhost exception",
    open: (port) =>
      either(textFrom(port, "mongodb.list"), /totalSize\0|databases\0/, /requires authentication|Unauthorized|not authorized/),
  },
  {
    id: "trait.open.docker",
    looksAt: "Docker's API without a certificate",
    reason: "Whoever comes may command Docker, and so the host.",
    ratio: 5,
    source: "Docker documentation, protect the daemon socket",
    open: (port) => {
      const answer = httpAnswer(textFrom(port, "docker.version"));
      return answer === undefined ? undefined : answer.status === 200 && /"ApiVersion"/.test(answer.body);
    },
  },
  {
    id: "trait.open.elasticsearch",
    looksAt: "Elasticsearch without a password",
    reason: "The search engine shows its cluster to the world.",
    ratio: 2,
    source: "Elasticpot",
    open: (port) => {
      const answer = httpAnswer(textFrom(port, "elasticsearch.root"));
      return answer === undefined ? undefined : answer.status === 200 && /"cluster_name"|"lucene_version"/.test(answer.body);
    },
  },
  {
    id: "trait.open.adb",
    looksAt: "Android's debug bridge",
    reason: "The debug bridge lets anybody in without asking for a key.",
    ratio: 4,
    source: "ADBHoney; adb protocol.txt",
    open: (port) => either(textFrom(port, "adb.connect")?.slice(0, 4), /^CNXN/, /^AUTH/),
  },
  {
    id: "trait.open.vnc",
    looksAt: "kinds of security that VNC offers",
    reason: "The screen is shown without any password.",
    ratio: 3,
    source: "RFC 6143 §7.1.2",
    open: (port) => {
      const heard = bytesOf(port, "vnc.challenge");
      const kinds = heard?.[12];
      if (heard === undefined || kinds === undefined || kinds === 0 || kinds > 20 || !/^RFB /.test(textFrom(port, "vnc.challenge") ?? ""))
        return undefined;
      return heard.subarray(13, 13 + kinds).includes(1);
    },
  },
  {
    id: "trait.open.memcached",
    looksAt: "memcached's statistics",
    reason: "The cache answers to the whole network.",
    ratio: 2,
    source: "Dionaea memcache",
    open: (port) => answered(port, "memcached.stats", /^STAT /),
  },
  {
    id: "trait.open.socks",
    looksAt: "ways to log in that a SOCKS proxy offers",
    reason: "The proxy needs no name from anybody.",
    ratio: 3,
    source: "RFC 1928 §3; Honeypot Hunter",
    open: (port) => either(textFrom(port, "socks.greeting"), /^\x05\0$/, /^\x05[\x02\xff]$/),
  },
  {
    id: "trait.open.snmp",
    looksAt: "SNMP with the community public",
    reason: "The oldest of all communities, public, still opens the agent.",
    ratio: 2,
    source: "Conpot; RFC 1157",
    open: (port) => {
      const heard = bytesOf(port, "snmp.udp.public");
      return heard === undefined || conversation(port, "snmp.udp.public")?.turns.length === 0 ? undefined : heard.length > 20;
    },
  },
];

const doorChecks: readonly RemoteCheck[] = doors.map(({ open, ...rest }) =>
  portCheck({
    ...rest,
    class: "trait",
    family: "open-doors",
    opinion: (port) => {
      const stands = open(port);
      return stands === undefined ? undefined : oddIf(stands, stands ? "open to strangers" : "asks who is there");
    },
  }),
);

/** Doors that stand open, and those that were tried. */
function doorsOf({ ports }: RemoteView): { readonly open: readonly string[]; readonly tried: number } {
  const tried = doors.flatMap(({ id, open }) => {
    const stands = ports.filter(({ state }) => state === "open").flatMap((port) => open(port) ?? []);
    return stands.length === 0 ? [] : [{ id: id.replace("trait.open.", ""), open: stands.includes(true) }];
  });
  return { open: tried.filter(({ open }) => open).map(({ id }) => id), tried: tried.length };
}

const yearOf = (ms: number) => new Date(ms).getUTCFullYear();
/** Products in banners, and the year in which the last of such versions came out. */
const OLD: readonly (readonly [RegExp, number])[] = [
  [/Apache\/1\.3|Apache\/2\.0\b/, 2007],
  [/Apache\/2\.2\b/, 2013],
  [/Microsoft-IIS\/[456]\./, 2003],
  [/PHP\/[45]\./, 2014],
  [/nginx\/(?:0\.|1\.[0-4]\.)/, 2013],
  [/ProFTPD 1\.[12]\./, 2005],
  [/\(Version wu-2\./, 2001],
  [/vsFTPd 2\./, 2011],
  [/Exim 4\.[0-7]\d?\b/, 2011],
  [/redis_version:[12]\./, 2013],
  [/Windows 5\.[012]|Windows 2000/, 2003],
];
const OLD_YEARS = 10;

function oldServices(view: RemoteView): { readonly old: readonly string[]; readonly seen: number } {
  const before = yearOf(view.takenAtMs) - OLD_YEARS;
  const named = view.ports.filter(({ state }) => state === "open").flatMap((port) => versionsAt(port));
  return { old: named.filter(({ year }) => year !== undefined && year <= before).map(({ what }) => what), seen: named.length };
}

interface Named {
  readonly what: string;
  /** Undefined: not one of the old. */
  readonly year: number | undefined;
}

function versionsAt(port: PortView): readonly Named[] {
  const text = ["null", "http.get", "redis.info", "smb.negotiate", "smb.challenge"]
    .map((id) => textFrom(port, id)?.slice(0, 4096) ?? "")
    .join("\n");
  const plain = text.replaceAll("\0", "");
  const ssh = /OpenSSH_(\d+\.\d+)/.exec(plain)?.[1];
  const mysql = mysqlGreeting(bytesOf(port, "null"));
  const named = OLD.flatMap(([looks, year]) => {
    const found = looks.exec(plain);
    return found === null ? [] : [{ what: found[0], year }];
  });
  const any = named.length === 0 && /\/\d+\.\d+|\d+\.\d+\.\d+/.test(plain) ? [{ what: "another version", year: undefined }] : [];
  if (ssh !== undefined) return [{ what: `OpenSSH ${ssh}`, year: sshVersions().releases[ssh] }];
  if (mysql !== undefined && !mysql.mariadb)
    return [{ what: `MySQL ${mysql.version}`, year: /^(?:3|4|5\.[0-5])\./.test(mysql.version) ? 2013 : undefined }];
  return [...named, ...any];
}

/** Services that are attacked most, by the greeting or the answer that shows them. */
const LURES: readonly (readonly [string, (port: PortView) => boolean])[] = [
  ["telnet", (port) => /(?:login|username|password):\s*\0?$/i.test(greetingOf(port) ?? "")],
  ["smb", (port) => /^[\s\S]{4}[\xfe\xff]SMB/.test(textFrom(port, "smb.negotiate") ?? "")],
  ["sql server", (port) => bytesOf(port, "tds.prelogin")?.[0] === 4],
  ["mysql", (port) => mysqlGreeting(bytesOf(port, "null")) !== undefined],
  ["rdp", (port) => bytesOf(port, "rdp.connect")?.[5] === 0xd0],
  ["vnc", (port) => /^RFB /.test(greetingOf(port) ?? "")],
  ["adb", (port) => /^(?:CNXN|AUTH)/.test(textFrom(port, "adb.connect") ?? "")],
  ["redis", (port) => /^(?:\+PONG|-NOAUTH)/.test(textFrom(port, "redis.ping") ?? "")],
  ["mongodb", (port) => (textFrom(port, "mongodb.ismaster") ?? "").includes("ismaster")],
  ["docker", (port) => /"ApiVersion"/.test(textFrom(port, "docker.version") ?? "")],
  ["sip", (port) => /^SIP\/2\.0 /.test(textFrom(port, "sip.options") ?? textFrom(port, "sip.udp.options") ?? "")],
  ["ftp", (port) => port.port !== 25 && /^220[ -][^\n]*ftp/i.test(greetingOf(port) ?? "")],
];

const wholeChecks: readonly RemoteCheck[] = [
  hostCheck({
    id: "trait.open.several",
    class: "trait",
    family: "open-doors",
    looksAt: "all services that ask nobody who he is",
    reason: "Three services or more stand open to strangers at once.",
    ratio: 10,
    source: "T-Pot; Rowe, deliberately vulnerable hosts",
    opinion: (view) => {
      const { open, tried } = doorsOf(view);
      return tried === 0 ? undefined : oddIf(open.length >= 3, `${open.length} of ${tried}: ${open.join(", ")}`);
    },
  }),
  hostCheck({
    id: "trait.versions.old",
    class: "trait",
    family: "old-versions",
    looksAt: "versions that the services report",
    reason: "Several services are of versions that went out of use ten years ago: the host was left vulnerable on purpose.",
    ratio: 10,
    source: "Kitazawa and Shinoda: deliberately vulnerable; default banners of honeypots",
    opinion: (view) => {
      const { old, seen } = oldServices(view);
      return seen === 0 ? undefined : oddIf(new Set(old).size >= 3, old.length === 0 ? `none of ${seen}` : [...new Set(old)].join(", "));
    },
  }),
  hostCheck({
    id: "trait.versions.ssh",
    class: "trait",
    family: "old-versions",
    looksAt: "age of the SSH server",
    reason: "The SSH server is older than any system that still gets updates.",
    ratio: 4,
    source: "Kippo and Cowrie defaults: OpenSSH 5.1 and 6.0",
    opinion: sshAge,
  }),
  hostCheck({
    id: "trait.lures.many",
    class: "trait",
    family: "lures",
    looksAt: "services that are attacked most",
    reason: "Nearly everything that worms and bots look for is there on one host.",
    ratio: 12,
    source: "T-Pot, Dionaea and OpenCanary service lists",
    opinion: (view) => {
      const ports = view.ports.filter(({ state, exchanges }) => state === "open" && exchanges.length > 0);
      if (ports.length === 0) return undefined;
      const there = LURES.filter(([, shows]) => ports.some(shows)).map(([name]) => name);
      return oddIf(there.length >= 6, `${there.length} of ${LURES.length}: ${there.join(", ")}`);
    },
  }),
];

const SSH_YEARS = 12;

function sshAge(view: RemoteView): Opinion {
  const { releases } = sshVersions();
  const versions = view.ports.flatMap(
    (port) => /OpenSSH_(\d+\.\d+)/.exec(greetingOf(port) ?? textFrom(port, "ssh.kexinit") ?? "")?.[1] ?? [],
  );
  const known = versions.flatMap((version) =>
    releases[version] === undefined ? [] : [{ version, age: yearOf(view.takenAtMs) - releases[version] }],
  );
  const oldest = known.sort((a, b) => b.age - a.age)[0];
  return oldest === undefined
    ? undefined
    : oldest.age >= SSH_YEARS
      ? odd(`OpenSSH ${oldest.version}, ${oldest.age} years old`)
      : { fine: `OpenSSH ${oldest.version}` };
}

export const invitationChecks: readonly RemoteCheck[] = [...doorChecks, ...wholeChecks];
