import type { RemoteView } from "../../views/remote-view.ts";
import type { KnownDetector } from "../known-detector.ts";
import { detectKippoCowrie } from "./detect-kippo-cowrie.ts";
import { metasploitSshHoneypot } from "./metasploit-ssh-honeypot.ts";
import { nmapHoneypots } from "./nmap-honeypots.ts";
import { nucleiCount } from "./nuclei-count.ts";
import { nucleiHoneypots } from "./nuclei-honeypots.ts";

/** The tools that exist for looking at a host from outside. */
export const knownRemoteDetectors: readonly KnownDetector<RemoteView>[] = [
  nmapHoneypots,
  nucleiHoneypots,
  nucleiCount,
  metasploitSshHoneypot,
  detectKippoCowrie,
];
