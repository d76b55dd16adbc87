import type { Configuration, Service } from "../configuration.ts";

const sshd = (text: string, ports: readonly number[] = [22]): readonly Service[] => [{ program: "sshd", ports, text }];
const dropbear = (args: readonly string[], ports: readonly number[] = [22]): readonly Service[] => [
  { program: "dropbear", ports, arguments: args },
];

const legacy = [
  "KexAlgorithms +diffie-hellman-group14-sha1,diffie-hellman-group1-sha1,diffie-hellman-group-exchange-sha1",
  "Ciphers +aes128-cbc,3des-cbc,aes256-cbc",
  "MACs +hmac-sha1-96,hmac-md5",
  "HostKeyAlgorithms +ssh-rsa",
  "PubkeyAcceptedAlgorithms +ssh-rsa",
].join("\n");

/** As hardening guides of the years have it. */
const hardened = [
  "KexAlgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,diffie-hellman-group16-sha512",
  "Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr",
  "MACs hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,umac-128-etm@openssh.com",
  "HostKey @materials@/ssh_host_ed25519_key",
  "HostKey @materials@/ssh_host_rsa_key",
  "HostKeyAlgorithms ssh-ed25519,rsa-sha2-512,rsa-sha2-256",
  "PasswordAuthentication no",
  "PermitRootLogin no",
  "MaxAuthTries 3",
].join("\n");

/** What RHEL's policy for FIPS leaves. */
const fips = [
  "KexAlgorithms ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group14-sha256",
  "Ciphers aes256-gcm@openssh.com,aes256-ctr,aes128-ctr",
  "MACs hmac-sha2-256-etm@openssh.com,hmac-sha1-etm@openssh.com,hmac-sha2-256",
  "HostKey @materials@/ssh_host_rsa_key",
  "HostKey @materials@/ssh_host_ecdsa_key",
].join("\n");

export const sshConfigurations: readonly Configuration[] = [
  { name: "openssh as installed", services: sshd(""), trials: true, measured: true },
  { name: "openssh on 2222", services: sshd("", [2222]) },
  { name: "openssh on 22 and 443", services: sshd("", [22, 443]) },
  { name: "openssh on 50022", services: sshd("", [50_022]) },
  { name: "openssh, keys only", services: sshd("PasswordAuthentication no\nPermitRootLogin no") },
  {
    name: "openssh, Banner",
    services: sshd("Banner @folder@/issue").map((one) => ({ ...one, files: { issue: "Authorized uses only.\n" } })),
  },
  {
    name: "openssh, long Banner",
    services: sshd("Banner @folder@/issue").map((one) => ({
      ...one,
      files: { issue: "*** All activity is monitored and reported. ***\n".repeat(40) },
    })),
  },
  { name: "openssh, VersionAddendum", services: sshd("VersionAddendum FreeBSD-20230316") },
  { name: "openssh, DebianBanner no", services: sshd("DebianBanner no") },
  { name: "openssh, hardened", services: sshd(hardened) },
  { name: "openssh, legacy algorithms", services: sshd(legacy) },
  { name: "openssh, FIPS", services: sshd(fips) },
  { name: "openssh, one algorithm each", services: sshd("KexAlgorithms curve25519-sha256\nCiphers aes256-ctr\nMACs hmac-sha2-256") },
  { name: "openssh, one RSA key", services: sshd("HostKey @materials@/ssh_host_rsa2048_key") },
  { name: "openssh, one ed25519 key", services: sshd("HostKey @materials@/ssh_host_ed25519_key") },
  { name: "openssh, ecdsa 521", services: sshd("HostKey @materials@/ssh_host_ecdsa521_key\nHostKey @materials@/ssh_host_rsa_key") },
  { name: "openssh, root by password", services: sshd("PermitRootLogin yes\nMaxAuthTries 20") },
  { name: "openssh, MaxStartups and grace", services: sshd("MaxStartups 3:50:10\nLoginGraceTime 10") },
  { name: "openssh, keyboard-interactive", services: sshd("KbdInteractiveAuthentication yes\nPasswordAuthentication no") },
  { name: "openssh, no compression, no PAM", services: sshd("Compression no\nUsePAM no\nRekeyLimit 1G 1h") },
  { name: "dropbear as installed", services: dropbear([]), trials: true },
  { name: "dropbear on 2222, keys only", services: dropbear(["-s", "-g"], [2222]) },
  { name: "dropbear, one RSA key", services: dropbear(["-r", "@materials@/dropbear_rsa"]) },
  { name: "dropbear, banner, no forwarding", services: dropbear(["-b", "/etc/debian_version", "-j", "-k"]) },
  { name: "dropbear, no root, idle limit", services: dropbear(["-w", "-I", "60", "-T", "3"], [22, 2200]) },
];
