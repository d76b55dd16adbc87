import type { LocalView } from "../../views/local-view.ts";
import type { KnownDetector } from "../known-detector.ts";
import { dmidecode } from "./dmidecode.ts";
import { lscpuDetector } from "./lscpu.ts";
import { systemdDetectors } from "./systemd-detect-virt.ts";
import { virtWhatDetector } from "./virt-what.ts";

/** Detection tools that run on the host itself. */
export const knownLocalDetectors: readonly KnownDetector<LocalView>[] = [...systemdDetectors, virtWhatDetector, lscpuDetector, dmidecode];
