/**
 * Whether this host can have the kernel module: present, absent or unknown, with the cause. A fact that nobody could look at never makes it absent; the
 * first reason against it is told, because the others mean nothing as long as that one stands.
 */
import { exists, type Files, lineOf, textOf } from "../../detectors/views/files.ts";

export interface ModuleState {
  readonly state: "present" | "absent" | "unknown";
  /** A sentence. */
  readonly cause: string;
  readonly isLoaded: boolean;
}

export interface ModuleHost {
  readonly files: Files;
  /** What uname says. */
  readonly release: string;
  readonly machine: string;
  /** Name under which the module was built. */
  readonly name?: string;
}

const SECURE_BOOT = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
/** Four bytes of attributes stand before the value. */
const SECURE_BOOT_SIZE = 5;
const FIRST = { major: 5, minor: 11 };

export function moduleState({ files, release, machine, name = "utsusemi" }: ModuleHost): ModuleState {
  const isLoaded = exists(files, `/sys/kernel/security/${name}/status`) === true;
  if (isLoaded) return { state: "present", cause: "The module is loaded.", isLoaded };
  const against = wrongKernel(release, machine) ?? refusesModules(files) ?? noHook(files) ?? noFile(files, release, name);
  return { ...(against ?? untold(files, release)), isLoaded };
}

type Reason = Omit<ModuleState, "isLoaded">;

const absent = (cause: string): Reason => ({ state: "absent", cause });
const unknown = (cause: string): Reason => ({ state: "unknown", cause });

function wrongKernel(release: string, machine: string): Reason | undefined {
  if (machine !== "x86_64") return absent("The module is for x86-64 processors only.");
  const [, major, minor] = /^(\d{1,3})\.(\d{1,3})/.exec(release) ?? [];
  if (major === undefined) return unknown("The kernel's release is not a version.");
  const isOld = Number(major) < FIRST.major || (Number(major) === FIRST.major && Number(minor) < FIRST.minor);
  return isOld
    ? absent(`The kernel is older than ${FIRST.major}.${FIRST.minor}, the first with a place for the module to hook.`)
    : undefined;
}

function refusesModules(files: Files): Reason | undefined {
  if (exists(files, "/proc/modules") === false) return absent("This kernel was built without loadable modules.");
  if (lineOf(files, "/proc/sys/kernel/modules_disabled") === "1")
    return absent("Loading modules was switched off until the next boot (kernel.modules_disabled).");
  if (files.read("/proc/kallsyms") === "absent")
    return absent("This kernel was built without symbols (CONFIG_KALLSYMS), so functions can't be found.");
  return undefined;
}

const HOOK = "fixup_vdso_exception";
/** A view holds no more of a file. */
const MOST_OF_A_FILE = 4 * 2 ** 20;

/** kallsyms: `ADDRESS TYPE NAME`, and for functions of modules the module behind a tab. */
function noHook(files: Files): Reason | undefined {
  const symbols = textOf(files, "/proc/kallsyms");
  if (symbols === undefined || symbols === "" || symbols.includes(` ${HOOK}\n`)) return undefined;
  if (symbols.length >= MOST_OF_A_FILE) return undefined;
  return absent(`This kernel has no function ${HOOK}, which the module hooks (kernels without the 64-bit vDSO).`);
}

function noFile(files: Files, release: string, name: string): Reason | undefined {
  const below = `/lib/modules/${release}`;
  const built = [`${below}/updates/dkms/${name}.ko`, `${below}/updates/dkms/${name}.ko.xz`, `${below}/updates/dkms/${name}.ko.zst`];
  const answers = [...built, `${below}/build/Makefile`].map((path) => exists(files, path));
  if (answers.includes(true)) return undefined;
  if (answers.includes(undefined)) return unknown("It can't be seen whether the kernel's headers are installed.");
  return absent(`The headers of the running kernel are not installed (linux-headers-${release}), and the module was not built before.`);
}

/** What is left decides only whether an unsigned module is taken. */
function untold(files: Files, release: string): Reason {
  const lockdown = /\[(\w+)\]/.exec(textOf(files, "/sys/kernel/security/lockdown") ?? "")?.[1];
  if (lockdown !== undefined && lockdown !== "none")
    return unknown(`The kernel is locked down (${lockdown}): it takes the module only if it was signed with an enrolled key.`);
  if (/^[Y1]$/.test(lineOf(files, "/sys/module/module/parameters/sig_enforce") ?? ""))
    return unknown("The kernel takes signed modules only (module.sig_enforce): with an enrolled key.");
  const secureBoot = files.read(SECURE_BOOT);
  if (typeof secureBoot !== "string" && secureBoot.length === SECURE_BOOT_SIZE && secureBoot[4] === 1)
    return unknown("Secure Boot is on: the kernel may take the module only if it was signed with an enrolled key.");
  if (exists(files, "/proc/modules") === undefined) return unknown("It can't be seen whether this kernel has loadable modules.");
  return { state: "present", cause: `The module can be built and loaded for ${release}.` };
}
