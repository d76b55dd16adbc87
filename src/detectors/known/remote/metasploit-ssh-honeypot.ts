import { kexInitOf } from "../../stimuli/ssh-key-exchange.ts";
import { heard } from "../../views/exchanges.ts";
import type { RemoteView } from "../../views/remote-view.ts";
import type { KnownDetector } from "../known-detector.ts";
import { conversations, neverAsked, type PortHit, verdictOf } from "./answers.ts";

/**
 * Metasploit's scanner for SSH honeypots. Kippo: its banner comes back with eight line feeds behind it, and Kippo answers with one of two
 * texts. Cowrie: the key exchanges that the version in the banner must have are looked for. It takes what stands between the banner's last
 * underscore and the next "p" for a version of OpenSSH, whoever wrote the server: a Dropbear is a Cowrie to it, and we say so too.
 */
const ADDED: readonly (readonly [version: string, kex: string])[] = [
  ["6.5", "curve25519-sha256@libssh.org"],
  ["7.3", "diffie-hellman-group14-sha256"],
  ["7.3", "diffie-hellman-group16-sha512"],
  ["7.3", "diffie-hellman-group18-sha512"],
  ["7.4", "curve25519-sha256"],
  ["8.9", "sntrup761x25519-sha512@openssh.com"],
  ["9.9", "mlkem768x25519-sha256"],
];

/** Never among OpenSSH's defaults. */
const PHANTOM = "sntrup4591761x25519-sha512@tinyssh.org";

export const metasploitSshHoneypot: KnownDetector<RemoteView> = {
  id: "metasploit-ssh-honeypot",
  title: "Metasploit auxiliary/scanner/ssh, Kippo and Cowrie",
  version: "2026",
  source: "rapid7/metasploit-framework: ssh_honeypot",
  runAs: "anyone",
  judge: (view) => {
    const kippo = conversations(view, ["known.ssh.mirror"]).flatMap(({ port, text }) => kippoHit(port, text));
    const cowrie = conversations(view, ["ssh.kexinit"]).filter(({ port }) => !kippo.some((hit) => hit.port === port));
    const hits = [...kippo, ...cowrie.flatMap(({ port, exchange, text }) => cowrieHit(port, text, heard(exchange)))];
    return verdictOf(hits, { nothing: "no SSH honeypot detected", lacking: neverAsked(view, ["known.ssh.mirror", "ssh.kexinit"]) });
  },
};

function kippoHit(port: number, text: string): readonly PortHit[] {
  const answer = text.slice(text.indexOf("\n") + 1);
  if (!/^Protocol mismatch\.\n$|bad packet length/m.test(answer)) return [];
  return [{ port, says: "Kippo (highly likely): Server gave incorrect response when probed", because: "its banner and eight line feeds" }];
}

function cowrieHit(port: number, text: string, bytes: Uint8Array): readonly PortHit[] {
  const version = claimedVersion(text);
  const offered = kexInitOf(bytes)?.kex.map((name) => name.toLowerCase());
  if (version === undefined || offered === undefined) return [];
  const because = `key exchanges ${offered.join()}`;
  if (offered.includes(PHANTOM)) return [{ port, says: `Cowrie (possible): Advertises KEX never in OpenSSH default: ${PHANTOM}`, because }];
  const missing = ADDED.filter(([since, kex]) => isAtLeast(version, since) && !offered.includes(kex)).map(([, kex]) => kex);
  return missing.length === 0
    ? []
    : [{ port, says: `Cowrie (likely): Claims OpenSSH ${version} but missing expected KEX: ${missing.join(", ")}`, because }];
}

/** Undefined: no underscore, or no version behind it (the scanner fails there). */
function claimedVersion(text: string): string | undefined {
  const banner = text.split("\n")[0]?.trim() ?? "";
  const version = banner.includes("_") ? banner.split("_").at(-1)?.split("p")[0]?.trim() : undefined;
  return version !== undefined && /^\d+(\.\d+)*$/.test(version) ? version : undefined;
}

function isAtLeast(version: string, least: string): boolean {
  const [parts, others] = [version.split(".").map(Number), least.split(".").map(Number)];
  for (let index = 0; index < Math.max(parts.length, others.length); index++) {
    const difference = (parts[index] ?? 0) - (others[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
