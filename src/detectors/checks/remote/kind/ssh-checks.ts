import { quoted } from "../../../quoted.ts";
import { hostKeyOf, type Ident, identOf, type KexInit, kexInitOf } from "../../../stimuli/ssh-key-exchange.ts";
import type { PortView } from "../../../views/remote-view.ts";
import { type Banner, bannerOf, type Contradiction, judgeKexInit } from "./judge-kex-init.ts";
import { bytesOf, conversation, fine, type Opinion, odd, oddIf, portCheck, type RemoteCheck } from "./opinions.ts";
import { compareVersions, sshVersions } from "./ssh-versions.ts";

/**
 * SSH servers held against what they say they are. Only OpenSSH's and dropbear's ways are known well enough; a banner of anything else is
 * left alone here.
 */
interface Server {
  readonly ident: Ident;
  readonly banner: Banner;
}

function serverAt(port: PortView): Server | undefined {
  for (const stimulus of ["ssh.kexinit", "null", "null.again"]) {
    const bytes = bytesOf(port, stimulus);
    const ident = bytes === undefined ? undefined : identOf(bytes);
    if (ident !== undefined) return { ident, banner: bannerOf(ident.line) };
  }
  return undefined;
}

function openSshAt(port: PortView): Server | undefined {
  const server = serverAt(port);
  return server?.banner.product === "openssh" ? server : undefined;
}

function kexAt(port: PortView, stimulus = "ssh.kexinit"): KexInit | undefined {
  const bytes = bytesOf(port, stimulus);
  return bytes === undefined ? undefined : kexInitOf(bytes);
}

/** Clear text behind the identification; undefined: not asked. */
function clearText(port: PortView, stimulus: string): string | undefined {
  const bytes = bytesOf(port, stimulus);
  const ident = bytes === undefined ? undefined : identOf(bytes);
  if (bytes === undefined || ident === undefined) return undefined;
  const rest = bytes.subarray(ident.size);
  return /^[\t\r\n\x20-\x7e]/.test(String.fromCharCode(rest[0] ?? 0)) ? Buffer.from(rest.subarray(0, 300)).toString("latin1") : "";
}

const notes = "OpenSSH release notes; servers measured on loopback";

/** One check for each kind of contradiction between banner and lists. */
const contradictions: readonly (readonly [Contradiction["kind"], string, number, string])[] = [
  ["too-new", "ssh.kex.too-new", 60, "The server offers algorithms that were invented after the version in its banner."],
  ["gone", "ssh.kex.gone", 60, "The server offers algorithms whose code the version in its banner no longer has."],
  ["never", "ssh.kex.never", 60, "The server offers algorithms that the product in its banner never had."],
  ["order", "ssh.kex.order", 40, "The server lists compression in an order that the product in its banner cannot be configured to."],
  ["stale", "ssh.kex.stale", 10, "The server offers what its version left behind years ago, and lacks most of what that version brought."],
  ["hand", "ssh.kex.hand", 40, "The lists are name for name those of a library for programmers, under the banner of another product."],
  ["guess", "ssh.kex.guess", 20, "The key exchange message sets fields that the product in the banner always leaves empty."],
];

const kexChecks: readonly RemoteCheck[] = contradictions.map(([kind, id, ratio, reason]) =>
  portCheck({
    id,
    family: "ssh-lists",
    looksAt: "SSH banner and key exchange lists",
    reason,
    ratio,
    source: notes,
    opinion: (port) => {
      const [server, lists] = [serverAt(port), kexAt(port)];
      if (server?.banner.product === undefined || lists === undefined) return undefined;
      const found = judgeKexInit(server.ident.line, lists).find((one) => one.kind === kind);
      return found === undefined ? fine(`${server.ident.line} and its lists agree`) : odd(found.why);
    },
  }),
);

/** A text that OpenSSH must answer with, by version. */
function expects(port: PortView, stimulus: string, wanted: (banner: Banner) => RegExp): Opinion {
  const server = openSshAt(port);
  const text = clearText(port, stimulus);
  if (server === undefined || text === undefined || server.banner.version === "") return undefined;
  // A reset may have thrown the text away that was on its way.
  if (text === "" && ["limit", "reset"].includes(conversation(port, stimulus)?.ended ?? "")) return undefined;
  return oddIf(!wanted(server.banner).test(text), `${server.ident.line} answers ${quoted(text.slice(0, 80))}`);
}

const modern = ({ version }: Banner) => compareVersions(version, "8.0") >= 0;
const refusal = (banner: Banner) =>
  modern(banner) ? /^Invalid SSH identification string\./ : /^(?:Protocol mismatch|Invalid SSH identification string)\./;

/** Only packets may follow a good identification. */
function silentAfter(port: PortView, stimulus: string): Opinion {
  const server = openSshAt(port);
  const bytes = bytesOf(port, stimulus);
  if (server === undefined || bytes === undefined || identOf(bytes) === undefined) return undefined;
  const words =
    /Packet corrupt|Protocol mismatch|Protocol major|bad packet (?:length|mod)|bad version|Invalid SSH|[Dd]enial of service/.exec(
      Buffer.from(bytes.subarray(server.ident.size)).toString("latin1"),
    );
  return words === null ? fine("packets alone") : odd(`${server.ident.line} says "${words[0]}"`);
}

const messageChecks: readonly RemoteCheck[] = [
  portCheck({
    id: "ssh.bad-version.text",
    family: "ssh-messages",
    looksAt: "SSH-1337 without a minor version",
    reason: "OpenSSH calls an identification without a minor version invalid; libraries that imitate it compare the major version first.",
    ratio: 40,
    source: "measured on OpenSSH 9.2; detect-kippo-cowrie",
    opinion: (port) => expects(port, "ssh.bad-version", refusal),
  }),
  portCheck({
    id: "ssh.version-3.text",
    family: "ssh-messages",
    looksAt: "SSH-3.0",
    reason: "OpenSSH has one sentence for a major version that it does not speak, and this server has another.",
    ratio: 25,
    source: "measured on OpenSSH 9.2",
    opinion: (port) => expects(port, "ssh.version-3", () => /^Protocol major versions differ\./),
  }),
  portCheck({
    id: "ssh.text.line-end",
    family: "ssh-messages",
    looksAt: "line end of SSH refusals",
    reason: "OpenSSH since 8.0 ends its clear-text refusals with carriage return and line feed, imitations with a line feed.",
    ratio: 40,
    source: "OpenSSH kex.c, send_error; measured",
    opinion: lineEnd,
  }),
  portCheck({
    id: "ssh.spacer.text",
    family: "ssh-messages",
    looksAt: "identification, then bare line feeds",
    reason: "Line feeds behind a good identification are a broken packet, which OpenSSH never comments in clear text.",
    ratio: 40,
    source: "detect-kippo-cowrie; measured on OpenSSH 9.2",
    opinion: (port) => silentAfter(port, "ssh.spacer"),
  }),
  portCheck({
    id: "ssh.double-banner.text",
    family: "ssh-messages",
    looksAt: "identification sent twice",
    reason: "A second identification is a broken packet to OpenSSH, but a protocol mismatch in words to its imitations.",
    ratio: 40,
    source: "detect-kippo-cowrie; measured on OpenSSH 9.2",
    opinion: (port) => silentAfter(port, "ssh.double-banner"),
  }),
  portCheck({
    id: "ssh.not-ssh.text",
    family: "ssh-messages",
    looksAt: "an HTTP request to the SSH port",
    reason: "OpenSSH refuses a visitor that speaks HTTP at once and in its own words.",
    ratio: 20,
    source: "measured on OpenSSH 9.2",
    opinion: (port) => expects(port, "ssh.not-ssh", refusal),
  }),
  portCheck({
    id: "ssh.newlines.text",
    family: "ssh-messages",
    looksAt: "ten line feeds instead of an identification",
    reason: "Empty lines in place of an identification end a conversation with OpenSSH, whereas imitations wait or complain of packets.",
    ratio: 20,
    source: "Metasploit's detect_kippo; measured on OpenSSH 9.2",
    opinion: (port) => expects(port, "ssh.newlines", refusal),
  }),
  portCheck({
    id: "ssh.long-ident.text",
    family: "ssh-messages",
    looksAt: "an identification of 5,000 characters",
    reason: "OpenSSH since 8.0 takes identifications of up to 8 KiB; a refusal of a shorter one comes from a library.",
    ratio: 20,
    source: "OpenSSH ssh_api.h, SSH_MAX_BANNER_LEN; measured",
    opinion: longIdent,
  }),
  portCheck({
    id: "ssh.huge-packet.text",
    family: "ssh-messages",
    looksAt: "a packet that claims 256 MiB",
    reason: "The disconnect message quotes the packet's length, as the Twisted library does and OpenSSH does not.",
    ratio: 40,
    source: "twisted conch transport; measured on OpenSSH 9.2",
    opinion: (port) => silentAfter(port, "ssh.huge-packet"),
  }),
];

function lineEnd(port: PortView): Opinion {
  const server = openSshAt(port);
  if (server === undefined || !modern(server.banner)) return undefined;
  const texts = ["ssh.bad-version", "ssh.version-3", "ssh.not-ssh", "ssh.newlines"]
    .flatMap((id) => clearText(port, id) ?? [])
    .filter((one) => one !== "");
  if (texts.length === 0) return undefined;
  const bare = texts.find((one) => /[^\r]\n/.test(one));
  return bare === undefined ? fine("carriage return and line feed") : odd(quoted(bare.slice(0, 80)));
}

function longIdent(port: PortView): Opinion {
  const server = openSshAt(port);
  const bytes = bytesOf(port, "ssh.long-ident");
  if (server === undefined || bytes === undefined || !modern(server.banner)) return undefined;
  const text = clearText(port, "ssh.long-ident") ?? "";
  return oddIf(
    text !== "" || kexInitOf(bytes) === undefined,
    text === "" ? "key exchange goes on or ends silently" : quoted(text.slice(0, 80)),
  );
}

const identChecks: readonly RemoteCheck[] = [
  portCheck({
    id: "ssh.ident.release",
    family: "ssh-ident",
    looksAt: "version in the SSH banner",
    reason: "There never was such a release of OpenSSH.",
    ratio: 15,
    source: "openssh.com/releasenotes.html",
    opinion: (port) => {
      const server = openSshAt(port);
      const version = /^\d+\.\d+/.exec(server?.banner.version ?? "")?.[0];
      if (server === undefined || version === undefined) return undefined;
      const { releases } = sshVersions();
      const newest = Object.keys(releases).sort(compareVersions).at(-1) ?? version;
      if (compareVersions(version, newest) > 0 || compareVersions(version, "5.0") < 0) return undefined;
      return oddIf(!Object.hasOwn(releases, version), server.ident.line);
    },
  }),
  portCheck({
    id: "ssh.ident.comment",
    family: "ssh-ident",
    looksAt: "distribution's comment in the SSH banner",
    reason: "The distribution's release that the comment names shipped another version of OpenSSH.",
    ratio: 15,
    source: "Debian and Ubuntu package archives",
    opinion: (port) => {
      const server = openSshAt(port);
      if (server === undefined) return undefined;
      const known = sshVersions().comments.find(({ comment }) => new RegExp(`^${comment}$`).test(server.banner.comment));
      if (known === undefined) return undefined;
      return oddIf(!known.versions.some((one) => compareVersions(one, server.banner.version) === 0), server.ident.line);
    },
  }),
  portCheck({
    id: "ssh.ident.bare",
    family: "ssh-ident",
    looksAt: "form of the SSH banner",
    reason: "The banner names OpenSSH without a version, which no build of it can send.",
    ratio: 25,
    source: "OpenSSH version.h",
    opinion: (port) => {
      const line = serverAt(port)?.ident.line;
      return line === undefined || !/openssh/i.test(line) ? undefined : oddIf(!/OpenSSH_(?:for_Windows_)?\d/.test(line), line);
    },
  }),
  portCheck({
    id: "ssh.ident.line-end",
    family: "ssh-ident",
    looksAt: "line end of the SSH banner",
    reason: "The banner of protocol 2.0 ends with a bare line feed, which OpenSSH stopped sending long ago.",
    ratio: 12,
    source: "RFC 4253 §4.2; OpenSSH sshd.c",
    opinion: (port) => {
      const server = openSshAt(port);
      if (
        server === undefined ||
        server.ident.end === "" ||
        !server.ident.line.startsWith("SSH-2.0-") ||
        compareVersions(server.banner.version, "5.9") < 0
      )
        return undefined;
      return oddIf(server.ident.end === "\n", server.ident.line);
    },
  }),
  portCheck({
    id: "ssh.kexinit.early",
    family: "ssh-ident",
    looksAt: "what follows the SSH banner unasked",
    reason: "OpenSSH sends its lists only when it knows the visitor's version; this server sent them to somebody who had said nothing.",
    ratio: 25,
    source: "OpenSSH kex.c, kex_exchange_identification; measured",
    opinion: (port) => {
      const [server, lists] = [openSshAt(port), kexAt(port, "null")];
      if (server === undefined || bytesOf(port, "null") === undefined) return undefined;
      return oddIf(lists !== undefined, lists === undefined ? "the banner alone" : "the lists came unasked");
    },
  }),
  portCheck({
    id: "ssh.packet.shape",
    family: "ssh-lists",
    looksAt: "packet around the key exchange message",
    reason: "The packet's length or padding breaks the rules that every SSH library obeys.",
    ratio: 20,
    source: "RFC 4253 §6",
    opinion: (port) => {
      const lists = kexAt(port);
      return lists === undefined
        ? undefined
        : oddIf(!lists.aligned || lists.padding < 4, `padding ${lists.padding}, aligned ${lists.aligned}`);
    },
  }),
  portCheck({
    id: "ssh.lists.asymmetric",
    family: "ssh-lists",
    looksAt: "lists for the two directions",
    reason: "OpenSSH and dropbear propose the same algorithms in both directions; these lists differ.",
    ratio: 15,
    source: "OpenSSH kex.c, kex_prop2buf",
    opinion: (port) => {
      const [server, lists] = [serverAt(port), kexAt(port)];
      if (server?.banner.product === undefined || lists === undefined) return undefined;
      const same = [
        [lists.ciphersIn, lists.ciphersOut],
        [lists.macsIn, lists.macsOut],
        [lists.compressionIn, lists.compressionOut],
      ].every(([a, b]) => a?.join() === b?.join());
      return oddIf(!same, same ? "both directions alike" : "directions differ");
    },
  }),
];

const hostKeyChecks: readonly RemoteCheck[] = [
  portCheck({
    id: "ssh.host-key.size",
    family: "ssh-host-key",
    looksAt: "size of the SSH host key",
    reason: "The host key is smaller than this version of OpenSSH would load.",
    ratio: 30,
    source: "OpenSSH 7.6 and 9.8 release notes",
    opinion: (port) => {
      const server = openSshAt(port);
      const bytes = bytesOf(port, "ssh.host-key.rsa");
      const key = bytes === undefined ? undefined : hostKeyOf(bytes);
      if (server === undefined || key === undefined || compareVersions(server.banner.version, "7.6") < 0) return undefined;
      return oddIf(key.bits < 1024, `${key.type} of ${key.bits} bits under ${server.ident.line}`);
    },
  }),
  portCheck({
    id: "ssh.host-key.changes",
    family: "ssh-host-key",
    looksAt: "SSH host key on two connections",
    reason: "The host key of one type differs from connection to connection.",
    ratio: 6,
    source: "RFC 4251 §4.1",
    opinion: (port) => {
      const [one, two] = ["ssh.host-key.rsa", "ssh.host-key.rsa.again"].map((id) => hostKeyOf(bytesOf(port, id) ?? Buffer.alloc(0)));
      if (one === undefined || two === undefined) return undefined;
      return oddIf(!Buffer.from(one.blob).equals(two.blob), `${one.type}, ${one.bits} bits`);
    },
  }),
];

export const sshChecks: readonly RemoteCheck[] = [...kexChecks, ...messageChecks, ...identChecks, ...hostKeyChecks];
