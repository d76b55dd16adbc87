import type { ConnectionPersona } from "../connection/settings.ts";
import type { SshPersona } from "../persona.ts";

/** SSH parts of personas for tests: as the packaged servers of Debian 12 announce themselves, and as Cowrie and Kippo do. */

const connection: ConnectionPersona = {
  windowBytes: 2_097_152,
  packetBytes: 32_768,
  hostkeysProof: true,
  maxSessions: 10,
  acceptEnv: ["LANG", "LC_*"],
  x11: true,
  agent: true,
  sftp: true,
  sftpExtensions: [{ name: "posix-rename@openssh.com", version: "1" }],
};

const etm = ["umac-64-etm", "umac-128-etm", "hmac-sha2-256-etm", "hmac-sha2-512-etm", "hmac-sha1-etm"].map((name) => `${name}@openssh.com`);

export const debianOpenssh: SshPersona = {
  ident: "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10",
  family: "openssh",
  kex: [
    "sntrup761x25519-sha512",
    "sntrup761x25519-sha512@openssh.com",
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group14-sha256",
    "kex-strict-s-v00@openssh.com",
  ],
  hostKeys: ["rsa-sha2-512", "rsa-sha2-256", "ecdsa-sha2-nistp256", "ssh-ed25519"],
  ciphers: ["chacha20-poly1305@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com"],
  macs: [...etm, "umac-64@openssh.com", "umac-128@openssh.com", "hmac-sha2-256", "hmac-sha2-512", "hmac-sha1"],
  compressions: ["none", "zlib@openssh.com"],
  extInfo: {
    signatures: [
      "ssh-ed25519",
      "sk-ssh-ed25519@openssh.com",
      "ecdsa-sha2-nistp256",
      "ecdsa-sha2-nistp384",
      "ecdsa-sha2-nistp521",
      "sk-ecdsa-sha2-nistp256@openssh.com",
      "webauthn-sk-ecdsa-sha2-nistp256@openssh.com",
      "ssh-dss",
      "ssh-rsa",
      "rsa-sha2-256",
      "rsa-sha2-512",
    ],
    extensions: [{ name: "publickey-hostbound@openssh.com", value: "0" }],
  },
  moduliBits: [2048, 3072, 4096, 6144, 8192],
  gexOldRequest: false,
  texts: { invalidIdent: "Invalid SSH identification string.\r\n", majorVersionsDiffer: "Protocol major versions differ.\r\n" },
  rekey: { maxBytes: 2 ** 30, maxSeconds: 0 },
  auth: { methods: ["publickey", "password"], maxTries: 6, graceSeconds: 120, failureDelayMs: 2000, prompt: "Password: " },
  unsupportedFails: false,
  connection,
};

export const debianDropbear: SshPersona = {
  ident: "SSH-2.0-dropbear_2022.83",
  family: "dropbear",
  kex: [
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp521",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp256",
    "diffie-hellman-group14-sha256",
    "diffie-hellman-group14-sha1",
    "kexguess2@matt.ucc.asn.au",
    "kex-strict-s-v00@openssh.com",
  ],
  hostKeys: ["ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-256", "ssh-rsa"],
  ciphers: ["chacha20-poly1305@openssh.com", "aes128-ctr", "aes256-ctr"],
  macs: ["hmac-sha1", "hmac-sha2-256"],
  compressions: ["zlib@openssh.com", "none"],
  extInfo: {
    signatures: [
      "ssh-ed25519",
      "sk-ssh-ed25519@openssh.com",
      "ecdsa-sha2-nistp256",
      "ecdsa-sha2-nistp384",
      "ecdsa-sha2-nistp521",
      "sk-ecdsa-sha2-nistp256@openssh.com",
      "rsa-sha2-256",
      "ssh-rsa",
      "ssh-dss",
    ],
    extensions: [],
  },
  moduliBits: [],
  gexOldRequest: false,
  texts: {},
  rekey: { maxBytes: 2 ** 30, maxSeconds: 28_800 },
  auth: { methods: ["publickey", "password"], maxTries: 10, graceSeconds: 300, failureDelayMs: 300, prompt: "Password: " },
  unsupportedFails: false,
  connection,
};

export const cowrieDefault: SshPersona = {
  ident: "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3",
  family: "twisted",
  kex: [
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group14-sha1",
    "ext-info-s",
  ],
  hostKeys: ["ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"],
  ciphers: ["aes128-ctr", "aes192-ctr", "aes256-ctr", "aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc", "cast128-cbc"],
  macs: ["hmac-sha2-512", "hmac-sha2-384", "hmac-sha2-256", "hmac-sha1", "hmac-md5"],
  compressions: ["zlib@openssh.com", "zlib", "none"],
  moduliBits: [],
  gexOldRequest: true,
  texts: {
    invalidIdent: "Invalid SSH identification string.\n",
    majorVersionsDiffer: "Protocol major versions differ.\n",
    packetTooLong: "Packet corrupt\n",
  },
  rekey: { maxBytes: 2 ** 40, maxSeconds: 0 },
  auth: { methods: ["password", "publickey"], maxTries: 20, graceSeconds: 120, failureDelayMs: 1000, prompt: "Password: " },
  unsupportedFails: true,
  connection,
};

export const kippoDefault: SshPersona = {
  ident: "SSH-2.0-OpenSSH_5.1p1 Debian-5",
  family: "twisted",
  kex: ["diffie-hellman-group-exchange-sha1", "diffie-hellman-group1-sha1"],
  hostKeys: ["ssh-rsa", "ssh-dss"],
  ciphers: [
    ...["aes256-ctr", "aes256-cbc", "aes192-ctr", "aes192-cbc", "aes128-ctr", "aes128-cbc"],
    ...["cast128-ctr", "cast128-cbc", "blowfish-ctr", "blowfish-cbc", "3des-ctr", "3des-cbc"],
  ],
  macs: ["hmac-sha1", "hmac-md5"],
  compressions: ["none", "zlib"],
  moduliBits: [1024, 1536, 2048, 3072, 4096, 6144, 8192],
  gexOldRequest: true,
  texts: { packetTooLong: "Protocol mismatch.\n" },
  rekey: { maxBytes: 2 ** 40, maxSeconds: 0 },
  auth: { methods: ["password", "publickey"], maxTries: 20, graceSeconds: 0, failureDelayMs: 1000, prompt: "Password: " },
  unsupportedFails: true,
  connection,
};
