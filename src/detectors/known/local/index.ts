import type { LocalView } from "../../views/local-view.ts";
import type { KnownDetector } from "../known-detector.ts";
import { ansibleDetector } from "./ansible-facts.ts";
import { dmidecode } from "./dmidecode.ts";
import { kernelBootDetector } from "./kernel-boot.ts";
import { lscpuDetector } from "./lscpu.ts";
import { metasploitDetector } from "./metasploit-checkvm.ts";
import { ohaiDetector } from "./ohai.ts";
import { vmwareCheckvmDetector } from "./open-vm-tools.ts";
import { systemdDetectors } from "./systemd-detect-virt.ts";
import { virtWhatDetector } from "./virt-what.ts";
import { vmwarePortDetector } from "./vmware-port.ts";

/** Detection tools that run on the host itself. */
export const knownLocalDetectors: readonly KnownDetector<LocalView>[] = [
  ...systemdDetectors,
  virtWhatDetector,
  lscpuDetector,
  dmidecode,
  ansibleDetector,
  ohaiDetector,
  vmwareCheckvmDetector,
  vmwarePortDetector,
  metasploitDetector,
  kernelBootDetector,
];
