import type { LocalView } from "../../views/local-view.ts";
import type { KnownDetector, KnownVerdict } from "../known-detector.ts";
import { type Asked, asking } from "./asked.ts";
import { detectContainer, type UnnamedContainer } from "./systemd-detect-virt-container.ts";
import { detectMachine } from "./systemd-detect-virt-machine.ts";
import { type Failure, isFailure } from "./systemd-lines.ts";

/**
 * systemd-detect-virt: a container is looked for first, then a machine; the first decisive answer wins. `none` and an error leave with
 * status 1. Written from its manual and the order of its questions; what changed after Debian 12's release is in `RELEASES`.
 */
export type Mode = "any" | "vm" | "container";

/** A release, by what of it changed the answer. */
export interface Release {
  readonly version: number;
  /** What looks like a container although nothing has a name: a cgroup tree without its root's files, or a pid namespace. */
  readonly unnamedContainer: UnnamedContainer;
  /** Since 254 CPUID's `Microsoft Hv` counts only where nothing else is found, for QEMU can say it as well. */
  readonly microsoftIsHint: boolean;
}

export const RELEASES = {
  debian12: { version: 252, unnamedContainer: "cgroup", microsoftIsHint: false },
  /** 257 trusts the number of the pid namespace, and looks at cgroups no more. */
  current: { version: 257, unnamedContainer: "pid-namespace", microsoftIsHint: true },
} satisfies Readonly<Record<string, Release>>;

export interface SystemdAnswer extends KnownVerdict {
  /** The exit status. */
  readonly status: number;
}

export function systemdDetectVirt(view: LocalView, mode: Mode = "any", release: Release = RELEASES.debian12): SystemdAnswer {
  const asked = asking(view);
  const answer = detect(asked, mode, release);
  const { reasons: because, lacking } = asked;
  if (isFailure(answer))
    return { says: `Failed to check for ${WORDS[mode]}: ${answer.failed}`, sees: "nothing", because, lacking, status: 1 };
  return { says: answer, sees: kindOf(answer), because, lacking, status: answer === "none" ? 1 : 0 };
}

const WORDS: Readonly<Record<Mode, string>> = { any: "virtualization", vm: "VM", container: "container" };

function detect(asked: Asked, mode: Mode, release: Release): string | Failure {
  if (mode === "vm") return detectMachine(asked, release.microsoftIsHint);
  const container = detectContainer(asked, release.unnamedContainer);
  return mode === "container" || container !== "none" ? container : detectMachine(asked, release.microsoftIsHint);
}

const CONTAINERS: readonly string[] = [
  ...["systemd-nspawn", "lxc-libvirt", "lxc", "openvz", "docker", "podman", "rkt", "wsl", "proot", "pouch", "container-other"],
];

function kindOf(id: string): KnownVerdict["sees"] {
  if (id === "none") return "nothing";
  return CONTAINERS.includes(id) ? "container" : "virtual-machine";
}

function detector(options: string, mode: Mode, release: Release): KnownDetector<LocalView> {
  const ofDebian = release === RELEASES.debian12;
  return {
    id: `systemd-detect-virt${options}${ofDebian ? "" : ` (${release.version})`}`,
    title: `systemd-detect-virt${options}${ofDebian ? "" : " of newer systems"}`,
    version: ofDebian ? `${release.version} (Debian 12)` : `${release.version}`,
    source: "systemd-detect-virt(1); systemd src/basic/virt.c",
    runAs: "anyone",
    judge: (view) => {
      const { status: _status, ...verdict } = systemdDetectVirt(view, mode, release);
      return verdict;
    },
  };
}

export const systemdDetectors: readonly KnownDetector<LocalView>[] = [
  detector("", "any", RELEASES.debian12),
  detector(" --vm", "vm", RELEASES.debian12),
  detector(" --container", "container", RELEASES.debian12),
  detector("", "any", RELEASES.current),
];
