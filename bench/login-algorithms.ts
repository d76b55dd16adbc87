/** What every login of the benchmarks uses, and who logs in. */
export const LOGIN = { user: "root", password: "123456", hostKey: "ssh-ed25519", cipher: "chacha20-poly1305@openssh.com" } as const;

/** The same for both sides of the package ssh2. */
export const ssh2Algorithms = {
  kex: ["curve25519-sha256"],
  cipher: [LOGIN.cipher],
  serverHostKey: [LOGIN.hostKey],
  compress: ["none"],
} as const;
