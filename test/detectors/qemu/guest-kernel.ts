/**
 * Debian's own kernel for virtual machines, unpacked in the checkout's cache and never installed. It is fetched with apt when it is not there.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const CACHE = fileURLToPath(new URL("../../../.cache/guest-kernel", import.meta.url));
const META_PACKAGE = "linux-image-cloud-amd64";
const WITHIN_MS = 120_000;
const run = promisify(execFile);

export interface GuestKernel {
  /** `6.1.0-56-cloud-amd64`. */
  readonly release: string;
  /** The compressed kernel. */
  readonly image: string;
  /** Where its modules are: `/lib/modules/RELEASE` of the package. */
  readonly modules: string;
}

export async function guestKernel(): Promise<GuestKernel> {
  mkdirSync(CACHE, { recursive: true });
  const here = found();
  if (here !== undefined) return here;
  await fetchKernel();
  const fetched = found();
  if (fetched === undefined) throw new Error(`no kernel in ${CACHE} after it was fetched`);
  return fetched;
}

function found(): GuestKernel | undefined {
  for (const tree of readdirSync(CACHE)
    .filter((name) => name.startsWith("linux-image-"))
    .sort()
    .reverse()) {
    const release = tree.slice("linux-image-".length);
    const image = join(CACHE, tree, "boot", `vmlinuz-${release}`);
    if (existsSync(image)) return { release, image, modules: join(CACHE, tree, "lib/modules", release) };
  }
  return undefined;
}

/** Unpacks beside its place and moves it there whole, so that two tests may do this at once. */
async function fetchKernel(): Promise<void> {
  const folder = mkdtempSync(join(CACHE, "new-"));
  try {
    const name = await download(folder).catch(async () => {
      await run("apt-get", ["update", "-qq"], { timeout: WITHIN_MS });
      return download(folder);
    });
    const file = readdirSync(folder).find((entry) => entry.endsWith(".deb")) ?? "";
    await run("dpkg-deb", ["-x", join(folder, file), join(folder, "tree")], { timeout: WITHIN_MS });
    if (!existsSync(join(CACHE, name))) renameSync(join(folder, "tree"), join(CACHE, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function download(folder: string): Promise<string> {
  const { stdout } = await run("apt-cache", ["depends", "--no-recommends", META_PACKAGE], { timeout: WITHIN_MS });
  const name = /Depends: (linux-image-\S+)/.exec(stdout)?.[1];
  if (name === undefined) throw new Error(`apt knows no ${META_PACKAGE}: ${stdout}`);
  await run("apt-get", ["download", "-o", "APT::Sandbox::User=root", name], { cwd: folder, timeout: WITHIN_MS });
  return name;
}
