import { Writer } from "../../../../../wire/writer.ts";
import type { Example } from "../../../../check.ts";
import type { RemoteView } from "../../../../views/remote-view.ts";
import { changed, realHost } from "./real-servers.ts";
import { host } from "./told-views.ts";

/** OpenSSH and what imitates it. */
interface Lists {
  readonly kex?: string;
  readonly hostKeys?: string;
  readonly ciphers?: string;
  readonly ciphersIn?: string;
  readonly macs?: string;
  readonly compression?: string;
  readonly cookie?: number;
  readonly guess?: number;
  readonly padding?: number;
}

const KEX =
  "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group14-sha256";

/** A KEXINIT packet behind an identification. */
export function kexInit(ident: string, parts: Lists = {}): Buffer {
  const { ciphers = "aes128-ctr,aes192-ctr,aes256-ctr", compression = "none,zlib@openssh.com", macs = "hmac-sha2-256,hmac-sha1" } = parts;
  const writer = new Writer().u8(20).bytes(Buffer.alloc(16, parts.cookie ?? 7));
  const lists = [
    parts.kex ?? KEX,
    parts.hostKeys ?? "rsa-sha2-512,ssh-ed25519",
    parts.ciphersIn ?? ciphers,
    ciphers,
    macs,
    macs,
    compression,
    compression,
    "",
    "",
  ];
  for (const list of lists) writer.string32(list);
  return Buffer.concat([
    Buffer.from(ident, "latin1"),
    packet(
      writer
        .u8(parts.guess ?? 0)
        .u32(0)
        .finish(),
      parts.padding,
    ),
  ]);
}

function packet(payload: Uint8Array, padding = 4 + ((16 - ((payload.length + 9) % 8)) % 8)): Buffer {
  return new Writer()
    .u32(payload.length + padding + 1)
    .u8(padding)
    .bytes(payload)
    .bytes(Buffer.alloc(padding))
    .finish();
}

/** The answer to an exchange with an RSA key of this size. */
function hostKey(bits: number): Buffer {
  const blob = new Writer()
    .string32("ssh-rsa")
    .string32(Buffer.from([1, 0, 1]))
    .string32(Buffer.concat([Buffer.from([0]), Buffer.alloc(bits / 8, 0xc3)]))
    .finish();
  return Buffer.concat([kexInit(IDENT), packet(new Writer().u8(31).string32(blob).string32("f").string32("signature").finish())]);
}

const IDENT = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n";
const OLD = "SSH-2.0-OpenSSH_6.0p1 Debian-4+deb7u2\r\n";

const real = realHost("openssh", "dropbear");
const example = (shown: RemoteView): Example<RemoteView> => ({ shown, clean: real });
const lists = (ident: string, parts: Lists) => example(host(22, { "ssh.kexinit": kexInit(ident, parts) }));
const says = (stimulus: string, text: string, ident = IDENT) => example(host(22, { null: ident, [stimulus]: `${ident}${text}` }));

export const sshExamples: Readonly<Record<string, Example<RemoteView>>> = {
  "ssh.kex.too-new": lists(OLD, { kex: KEX }),
  "ssh.kex.gone": lists(IDENT, { ciphers: "aes128-ctr,blowfish-cbc,cast128-cbc" }),
  "ssh.kex.never": lists(IDENT, { macs: "hmac-sha2-512,hmac-sha2-384,hmac-sha2-56,hmac-sha1,hmac-md5" }),
  "ssh.kex.order": lists(IDENT, { compression: "zlib@openssh.com,zlib,none" }),
  "ssh.kex.stale": lists(IDENT, {
    kex: "diffie-hellman-group14-sha1,diffie-hellman-group1-sha1",
    ciphers: "aes128-ctr,aes128-cbc,3des-cbc",
    macs: "hmac-sha1,hmac-md5",
  }),
  "ssh.kex.hand": lists(IDENT, {
    ciphers: "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr",
    macs: "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1,hmac-sha1-96",
  }),
  "ssh.kex.guess": lists(IDENT, { guess: 1 }),
  "ssh.bad-version.text": says("ssh.bad-version", "Protocol major versions differ.\n"),
  "ssh.version-3.text": says("ssh.version-3", "bad version 3\n"),
  "ssh.text.line-end": says("ssh.newlines", "Invalid SSH identification string.\n"),
  "ssh.spacer.text": says("ssh.spacer", "Packet corrupt\n", OLD),
  "ssh.double-banner.text": says("ssh.double-banner", "Protocol mismatch.\n", OLD),
  "ssh.not-ssh.text": says("ssh.not-ssh", "HTTP/1.0 400 Bad Request\r\n\r\n"),
  "ssh.newlines.text": says("ssh.newlines", "bad packet length 168430090"),
  "ssh.long-ident.text": says("ssh.long-ident", "Peer version string longer than 4KB. Preventing a denial of service attack."),
  "ssh.huge-packet.text": example(
    host(22, {
      null: IDENT,
      "ssh.huge-packet": Buffer.concat([
        kexInit(IDENT),
        packet(new Writer().u8(1).u32(2).string32("bad packet length 268435456").string32("").finish()),
      ]),
    }),
  ),
  "ssh.ident.release": says("ssh.kexinit", "", "SSH-2.0-OpenSSH_7.13p1\r\n"),
  "ssh.ident.comment": says("ssh.kexinit", "", "SSH-2.0-OpenSSH_8.4p1 Debian-2+deb12u3\r\n"),
  "ssh.ident.bare": { shown: host(22, { null: "SSH-2.0-OpenSSH\r\n" }), clean: real },
  "ssh.ident.line-end": { shown: host(22, { null: IDENT.replace("\r", "") }), clean: real },
  "ssh.kexinit.early": { shown: host(22, { null: kexInit(IDENT) }), clean: realHost("openssh") },
  "ssh.packet.shape": lists(IDENT, { padding: 3 }),
  "ssh.lists.asymmetric": lists(IDENT, { ciphersIn: "aes256-ctr,aes128-ctr" }),
  "ssh.host-key.size": example(host(22, { "ssh.host-key.rsa": hostKey(768), null: IDENT })),
  "ssh.host-key.changes": example(host(22, { "ssh.host-key.rsa": hostKey(2048), "ssh.host-key.rsa.again": hostKey(3072) })),
  "ssh.cookie.repeats": example(host(22, { "ssh.kexinit": kexInit(IDENT), "ssh.kexinit.again": kexInit(IDENT) })),
};

/** The capture with a broken line changes what is seen: it is compared, not recognised. */
export const brokenRefusal = changed("openssh", { "ssh.bad-version": `${IDENT}Protocol major versions differ.\n` });
