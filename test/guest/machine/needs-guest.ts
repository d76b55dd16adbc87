import { arch } from "node:os";
import { needs } from "../../rig/needs.ts";

/** What a test with a Debian guest needs. */
export function needsGuest(): { readonly skip: string | false } {
  if (arch() !== "x64") return { skip: "the guest is for x86-64" };
  return needs("root", "qemu-system-x86_64", "setpriv", "mmdebstrap", "mke2fs", "gcc", "ssh-keygen");
}
