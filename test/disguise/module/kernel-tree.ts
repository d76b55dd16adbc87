/**
 * A kernel of Debian's with what is needed to build a module for it: image, headers, and the programs that build. Unpacked in the checkout's cache and
 * never installed; fetched with apt when it is not there.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const CACHE = fileURLToPath(new URL("../../../.cache/kernels", import.meta.url));
const WITHIN_MS = 180_000;
const run = promisify(execFile);

/** By the series, the package that depends on its newest image. */
export const series = { "6.1": "linux-image-cloud-amd64", "6.12": "linux-image-6.12-cloud-amd64" } as const;
export type Series = keyof typeof series;

export interface KernelTree {
  /** `6.1.0-56-cloud-amd64`. */
  readonly release: string;
  /** The compressed kernel. */
  readonly image: string;
  /** What `make -C` is given to build a module. */
  readonly headers: string;
  /** The modules that came with it: `/lib/modules/RELEASE` of the package. */
  readonly modules: string;
}

export async function kernelTree(name: Series): Promise<KernelTree> {
  const tree = join(CACHE, name);
  if (!existsSync(tree)) await fetchTree(name, tree);
  const release = readdirSync(join(tree, "boot"))
    .find((file) => file.startsWith("vmlinuz-"))
    ?.slice("vmlinuz-".length);
  if (release === undefined) throw new Error(`no kernel in ${tree}`);
  const headers = join(tree, "usr/src", `linux-headers-${release}`);
  settle(tree, headers);
  return { release, image: join(tree, "boot", `vmlinuz-${release}`), headers, modules: join(tree, "lib/modules", release) };
}

/** The headers' Makefile names its other half by where the package would be installed. */
function settle(tree: string, headers: string): void {
  const makefile = join(headers, "Makefile");
  const wanted = readFileSync(makefile, "utf8").replace(/include .*\/(linux-headers-[^/]+-common\/Makefile)/, `include ${tree}/usr/src/$1`);
  if (wanted !== readFileSync(makefile, "utf8")) writeFileSync(makefile, wanted);
}

/** Unpacks beside its place and moves it there whole, so that two tests may do this at once. */
async function fetchTree(name: Series, tree: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, "new-"));
  try {
    await download(name, folder).catch(async () => {
      await run("apt-get", ["update", "-qq"], { timeout: WITHIN_MS });
      await download(name, folder);
    });
    for (const file of readdirSync(folder).filter((entry) => entry.endsWith(".deb")))
      await run("dpkg-deb", ["-x", join(folder, file), join(folder, "tree")], { timeout: WITHIN_MS });
    if (!existsSync(tree)) renameSync(join(folder, "tree"), tree);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function download(name: Series, folder: string): Promise<void> {
  const image = (await dependencies(series[name])).find((one) => one.startsWith("linux-image-"));
  if (image === undefined) throw new Error(`apt knows no ${series[name]}`);
  const headers = image.replace("linux-image-", "linux-headers-");
  const others = (await dependencies(headers)).filter((one) => /^linux-(headers-.*-common|kbuild-.*)$/.test(one));
  await run("apt-get", ["download", "-o", "APT::Sandbox::User=root", image, headers, ...others], { cwd: folder, timeout: WITHIN_MS });
}

async function dependencies(name: string): Promise<readonly string[]> {
  const { stdout } = await run("apt-cache", ["depends", "--no-recommends", name], { timeout: WITHIN_MS });
  return [...stdout.matchAll(/Depends: (\S+)/g)].map(([, one]) => one ?? "");
}
