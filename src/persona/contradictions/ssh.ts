import { at, textAt, textsAt } from "../plain.ts";
import { type Facts, type Rule, unless } from "./rule.ts";
import { packageVersion } from "./tree.ts";

/** The SSH server's identification, against what it offers and what the system has. Versions are numbers: 9.2 is 902, dropbear's 2022.83 is 202283. */
const opensshSince: Readonly<Record<string, number>> = {
  "curve25519-sha256@libssh.org": 605,
  "curve25519-sha256": 704,
  "diffie-hellman-group14-sha256": 703,
  "diffie-hellman-group16-sha512": 703,
  "diffie-hellman-group18-sha512": 703,
  "sntrup761x25519-sha512@openssh.com": 805,
  "mlkem768x25519-sha256": 909,
  "ext-info-s": 905,
  "ssh-ed25519": 605,
  "rsa-sha2-256": 702,
  "rsa-sha2-512": 702,
  "ecdsa-sha2-nistp256": 507,
  "chacha20-poly1305@openssh.com": 605,
  "aes128-gcm@openssh.com": 602,
  "aes256-gcm@openssh.com": 602,
  "aes128-ctr": 307,
  "umac-64@openssh.com": 407,
  "umac-128@openssh.com": 602,
  "umac-64-etm@openssh.com": 602,
  "umac-128-etm@openssh.com": 602,
  "hmac-sha2-256": 509,
  "hmac-sha2-512": 509,
  "hmac-sha2-256-etm@openssh.com": 602,
  "hmac-sha2-512-etm@openssh.com": 602,
  "hmac-sha1-etm@openssh.com": 602,
  "zlib@openssh.com": 402,
};
/** Gone from what a server offers by itself. */
const opensshUntil: Readonly<Record<string, number>> = {
  "diffie-hellman-group1-sha1": 700,
  "diffie-hellman-group-exchange-sha1": 802,
  "ssh-dss": 700,
  "ssh-rsa": 808,
  arcfour: 702,
  "3des-cbc": 704,
  "blowfish-cbc": 704,
  "cast128-cbc": 704,
  "aes128-cbc": 704,
  "hmac-md5": 702,
  zlib: 704,
};
const neverOpenssh = /^(?:hmac-sha2-384|hmac-sha2-56|kexguess2@matt\.ucc\.asn\.au|twofish.*|blowfish-ctr|cast128-ctr|3des-ctr)$/;
const dropbearSince: Readonly<Record<string, number>> = {
  "curve25519-sha256@libssh.org": 201362,
  "curve25519-sha256": 201876,
  "ssh-ed25519": 202079,
  "chacha20-poly1305@openssh.com": 202081,
  "rsa-sha2-256": 202079,
  "ecdsa-sha2-nistp256": 201362,
  "hmac-sha2-256": 201358,
  "diffie-hellman-group14-sha256": 201676,
  "kexguess2@matt.ucc.asn.au": 201357,
  "sntrup761x25519-sha512": 202587,
  "diffie-hellman-group14-sha1": 201155,
};
const neverDropbear =
  /^(?:umac-.*|.*-etm@openssh\.com|diffie-hellman-group-exchange-.*|diffie-hellman-group18-sha512|zlib-none|.*-ctr-none)$/;
const extensionSince: Readonly<Record<string, number>> = {
  "lsetstat@openssh.com": 800,
  "limits@openssh.com": 805,
  "expand-path@openssh.com": 807,
  "copy-data": 900,
  "users-groups-by-id@openssh.com": 900,
};

export const sshRules: readonly Rule[] = [
  ruleOn("ssh-family", "the SSH server reacts as the product that it names", ({ ident, family }) =>
    unless(
      familyOf(ident) === undefined || familyOf(ident) === family,
      ["services", "ssh", "family"],
      `is ${family} under the banner ${ident}`,
    ),
  ),
  ruleOn("openssh-too-new", "an OpenSSH offers nothing that came after its version", ({ names, openssh, vendor }) =>
    names.flatMap(([list, name]) => {
      const since = opensshSince[name];
      const backported = vendor && name === "sntrup761x25519-sha512";
      return unless(
        openssh === undefined || since === undefined || backported || openssh >= since,
        ["services", "ssh", list],
        `has ${name}, which came with OpenSSH ${versionText(since)}`,
      );
    }),
  ),
  ruleOn("openssh-too-old", "an OpenSSH offers nothing that it no longer offers", ({ names, openssh }) =>
    names.flatMap(([list, name]) =>
      unless(
        openssh === undefined || openssh < (opensshUntil[name] ?? Number.POSITIVE_INFINITY),
        ["services", "ssh", list],
        `has ${name}, which OpenSSH stopped offering with ${versionText(opensshUntil[name])}`,
      ),
    ),
  ),
  ruleOn("openssh-never", "an OpenSSH offers nothing that it never knew", ({ names, openssh }) =>
    names.flatMap(([list, name]) =>
      unless(openssh === undefined || !neverOpenssh.test(name), ["services", "ssh", list], `has ${name}, which OpenSSH never had`),
    ),
  ),
  ruleOn(
    "openssh-missing",
    "an OpenSSH of 9.0 or later offers sntrup761, one with the fix of 9.6 strict key exchange",
    ({ kex, openssh }) => [
      ...unless(
        openssh === undefined || openssh < 900 || kex.some((name) => name.startsWith("sntrup761")),
        ["services", "ssh", "kex"],
        "lacks sntrup761x25519-sha512@openssh.com, which OpenSSH 9.0 and later offer",
      ),
      ...unless(
        openssh === undefined || openssh < 906 || kex.includes("kex-strict-s-v00@openssh.com"),
        ["services", "ssh", "kex"],
        "lacks kex-strict-s-v00@openssh.com, which OpenSSH 9.6 and later send",
      ),
      ...unless(
        openssh === undefined || openssh < 906 || kex.includes("ext-info-s"),
        ["services", "ssh", "kex"],
        "lacks ext-info-s, which OpenSSH 9.6 and later send",
      ),
    ],
  ),
  ruleOn("dropbear-lists", "a dropbear offers what its version knows", ({ names, dropbear, family }) =>
    names.flatMap(([list, name]) => [
      ...unless(family !== "dropbear" || !neverDropbear.test(name), ["services", "ssh", list], `has ${name}, which dropbear never had`),
      ...unless(
        dropbear === undefined || dropbear >= (dropbearSince[name] ?? 0),
        ["services", "ssh", list],
        `has ${name}, which came with dropbear ${versionText(dropbearSince[name])}`,
      ),
    ]),
  ),
  ruleOn("ssh-vendor", "the vendor in the SSH banner is the distribution", ({ ident }, { persona: { machine } }) => {
    const vendor = / (Debian|Ubuntu|FreeBSD)-/.exec(ident)?.[1]?.toLowerCase();
    return unless(
      vendor === undefined || vendor === machine.distribution,
      ["services", "ssh", "ident"],
      `names ${vendor} where the machine is ${machine.distribution}`,
    );
  }),
  ruleOn(
    "ssh-vendor-missing",
    "Debian's and Ubuntu's OpenSSH name themselves in the banner",
    ({ ident, openssh }, { persona: { machine } }) =>
      unless(
        openssh === undefined || !["debian", "ubuntu"].includes(machine.distribution) || / (?:Debian|Ubuntu)-/.test(ident),
        ["services", "ssh", "ident"],
        `does not name ${machine.distribution}`,
      ),
  ),
  ruleOn(
    "ssh-client-version",
    "ssh -V of an OpenSSH tells the version of the banner",
    ({ software, openssh }, { persona: { machine } }) => {
      const told = machine.versions["ssh"];
      return unless(
        told === undefined || openssh === undefined || told.startsWith(software),
        ["machine", "versions", "ssh"],
        `is another than the banner's ${software}`,
      );
    },
  ),
  ruleOn("ssh-package", "the package list has the version of the banner", ({ ident }, { text }) => {
    const version = packageVersion(text("/var/lib/dpkg/status"), "openssh-server");
    const told =
      version === undefined
        ? ident
        : `OpenSSH_${version.replace(/^\d+:/, "").replace("-", ` ${ident.includes("Ubuntu") ? "Ubuntu" : "Debian"}-`)}`;
    return unless(ident.endsWith(told), ["services", "ssh", "ident"], `is not of the package openssh-server ${version}`);
  }),
  ruleOn("ssh-host-keys", "each host key that is offered is in the tree", ({ hostKeys, family }, { entries }) =>
    hostKeys.flatMap((name) =>
      unless(
        keyIsThere(name, family, entries.has.bind(entries)),
        ["services", "ssh", "hostKeys"],
        `has ${name}, whose key file is not in the tree`,
      ),
    ),
  ),
  ruleOn("moduli", "group exchange is offered when and only when there are moduli", ({ kex, moduli }) => {
    const offered = kex.some((name) => name.startsWith("diffie-hellman-group-exchange-"));
    return unless(
      offered === moduli > 0,
      ["services", "ssh", "moduliBits"],
      offered ? "are empty though group exchange is offered" : "are told though no group exchange is offered",
    );
  }),
  ruleOn("moduli-file", "an OpenSSH with group exchange has its moduli file", ({ moduli, family }, { tree }) =>
    unless(
      family !== "openssh" || moduli === 0 || tree.resolve("/etc/ssh/moduli") !== undefined,
      ["services", "ssh", "moduliBits"],
      "have no file /etc/ssh/moduli",
    ),
  ),
  ruleOn("sftp-extensions", "SFTP names no extension that came later, and none without SFTP", ({ extensions, openssh, sftp }) => [
    ...extensions.flatMap((name) =>
      unless(
        openssh === undefined || openssh >= (extensionSince[name] ?? 0),
        ["services", "ssh", "connection", "sftpExtensions"],
        `have ${name}, which came with OpenSSH ${versionText(extensionSince[name])}`,
      ),
    ),
    ...unless(sftp || extensions.length === 0, ["services", "ssh", "connection", "sftp"], "is false though extensions are told"),
  ]),
  ruleOn("ssh-imitation", "a real server announces only what works", ({ unsupportedFails, family }) =>
    unless(
      !unsupportedFails || family === "twisted",
      ["services", "ssh", "unsupportedFails"],
      `is for imitations of honeypots, not for ${family}`,
    ),
  ),
  ruleOn("sshd-config", "sshd_config allows what is offered as a way to log in", ({ methods }, { text }) => {
    const refused = /^PasswordAuthentication\s+no/m.test(text("/etc/ssh/sshd_config") ?? "");
    return unless(
      !(refused && methods.includes("password")),
      ["services", "ssh", "auth", "methods"],
      "have password, which /etc/ssh/sshd_config refuses",
    );
  }),
];

interface Ssh {
  readonly ident: string;
  /** What follows SSH-2.0-, without vendor. */
  readonly software: string;
  readonly family: string;
  readonly openssh: number | undefined;
  readonly dropbear: number | undefined;
  readonly vendor: boolean;
  readonly kex: readonly string[];
  readonly hostKeys: readonly string[];
  readonly methods: readonly string[];
  readonly moduli: number;
  readonly extensions: readonly string[];
  readonly sftp: boolean;
  readonly unsupportedFails: boolean;
  /** Every algorithm with the list that it is in. */
  readonly names: readonly (readonly [string, string])[];
}

/** A rule on the SSH server, where there is one. */
function ruleOn(name: string, holds: string, find: (ssh: Ssh, facts: Facts) => ReturnType<Rule["find"]>): Rule {
  return {
    name,
    holds,
    find: (facts) => {
      const part = at(facts.persona.services, "ssh");
      return part === undefined ? [] : find(readSsh(part), facts);
    },
  };
}

function readSsh(part: unknown): Ssh {
  const ident = textAt(part, "ident");
  const openssh = /OpenSSH_(\d+)\.(\d+)/.exec(ident);
  const dropbear = /dropbear_(\d+)\.(\d+)/.exec(ident);
  const moduli = at(part, "moduliBits");
  const connection = at(part, "connection");
  const extensions = at(connection, "sftpExtensions");
  const lists = ["kex", "hostKeys", "ciphers", "macs", "compressions"];
  return {
    ident,
    software: /^SSH-[\d.]+-(\S+)/.exec(ident)?.[1] ?? "",
    family: textAt(part, "family"),
    openssh: openssh === null ? undefined : Number(openssh[1]) * 100 + Number(openssh[2]),
    dropbear: dropbear === null ? undefined : Number(dropbear[1]) * 100 + Number(dropbear[2]),
    vendor: / \S/.test(ident),
    kex: textsAt(part, "kex"),
    hostKeys: textsAt(part, "hostKeys"),
    methods: textsAt(at(part, "auth"), "methods"),
    moduli: Array.isArray(moduli) ? moduli.length : 0,
    extensions: Array.isArray(extensions) ? extensions.map((one: unknown) => textAt(one, "name")) : [],
    sftp: at(connection, "sftp") === true,
    unsupportedFails: at(part, "unsupportedFails") === true,
    names: lists.flatMap((list) => textsAt(part, list).map((name) => [list, name] as const)),
  };
}

function familyOf(ident: string): string | undefined {
  if (ident.includes("OpenSSH_")) return "openssh";
  return ident.includes("-dropbear") ? "dropbear" : undefined;
}

function versionText(version = 0): string {
  return `${Math.floor(version / 100)}.${version % 100}`;
}

function keyIsThere(algorithm: string, family: string, has: (path: string) => boolean): boolean {
  const kinds = {
    "ssh-ed25519": "ed25519",
    "ecdsa-sha2-nistp256": "ecdsa",
    "rsa-sha2-256": "rsa",
    "rsa-sha2-512": "rsa",
    "ssh-rsa": "rsa",
    "ssh-dss": "dsa",
  };
  const kind = Object.entries(kinds).find(([name]) => name === algorithm)?.[1];
  if (kind === undefined) return true;
  const paths =
    family === "dropbear" ? [`/etc/dropbear/dropbear_${kind === "dsa" ? "dss" : kind}_host_key`] : [`/etc/ssh/ssh_host_${kind}_key`];
  return paths.some(has) || (family === "dropbear" && !has("/etc/dropbear"));
}
