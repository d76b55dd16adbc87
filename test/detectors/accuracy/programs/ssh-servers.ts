import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programPath } from "../../../rig/needs.ts";
import { filled, type Program } from "../configuration.ts";

/** The text comes first: of repeated options OpenSSH takes the first (sshd_config(5)). */
export const sshd: Program = {
  prepare: async (place, { ports, text = "" }) => {
    mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
    const keys = ["rsa", "ecdsa", "ed25519"].map((type) => `HostKey @materials@/ssh_host_${type}_key`);
    const lines = [
      text,
      ...ports.map((port) => `ListenAddress @address@:${port}`),
      ...(text.includes("HostKey ") ? [] : keys),
      "PidFile none",
      "KbdInteractiveAuthentication no",
      "UsePAM yes",
      "X11Forwarding yes",
      "PrintMotd no",
      "AcceptEnv LANG LC_*",
      "Subsystem sftp /usr/lib/openssh/sftp-server",
    ];
    writeFileSync(join(place.folder, "sshd_config"), filled(`${lines.join("\n")}\n`, place));
  },
  // By its path: it runs itself anew for each visitor.
  command: ({ folder }) => ({
    file: programPath("sshd") ?? "sshd",
    arguments: ["-D", "-f", join(folder, "sshd_config"), "-E", join(folder, "log")],
  }),
};

export const dropbear: Program = {
  prepare: async () => undefined,
  command: (place, { ports, arguments: more = [] }) => ({
    file: programPath("dropbear") ?? "dropbear",
    arguments: [
      "-F",
      "-E",
      "-P",
      join(place.folder, "pid"),
      ...ports.flatMap((port) => ["-p", `${place.address}:${port}`]),
      ...(more.includes("-r") ? [] : ["rsa", "ecdsa", "ed25519"].flatMap((type) => ["-r", join(place.materials, `dropbear_${type}`)])),
      ...more.map((argument) => filled(argument, place)),
    ],
  }),
};
