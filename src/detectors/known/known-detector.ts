/**
 * A detection tool that exists, written anew from its published rules as a pure function over a view: what would it print for this host?
 * Where Debian has the tool, the tests show the same view to both, and the answers must be equal.
 */
export interface KnownDetector<View> {
  /** The tool's own name: `systemd-detect-virt`, `nmap`. */
  readonly id: string;
  readonly title: string;
  /** Whose rules: `252 (Debian 12)`, `master, 2026-03`. */
  readonly version: string;
  /** Where its rules are known from. */
  readonly source: string;
  /** Who must run it to get its whole answer. */
  readonly runAs: "anyone" | "root";
  readonly judge: (view: View) => KnownVerdict;
}

export interface KnownVerdict {
  /** The tool's own answer, in its own words: `vmware`, `none`, `virt: kvm, role: guest`. */
  readonly says: string;
  /** What a reader of that answer believes. */
  readonly sees: "nothing" | "virtual-machine" | "container" | "honeypot";
  /** Which facts of the view decided, most decisive first: `sys_vendor is "VMware, Inc."`. */
  readonly because: readonly string[];
  /** What the tool looks at and the view lacks; not empty: the answer may be wrong. */
  readonly lacking: readonly string[];
}

/** A detector with what it said. */
export interface KnownFinding extends Omit<KnownDetector<never>, "judge"> {
  readonly verdict: KnownVerdict;
}

export function askAll<View>(detectors: readonly KnownDetector<View>[], view: View): readonly KnownFinding[] {
  return detectors.map(({ judge, ...detector }) => ({ ...detector, verdict: judge(view) }));
}
