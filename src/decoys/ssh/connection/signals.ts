/** Signals that the protocol names (RFC 4254 §6.10), with their numbers on Linux. */
export const SIGNALS: Readonly<Record<string, number>> = {
  ABRT: 6,
  ALRM: 14,
  FPE: 8,
  HUP: 1,
  ILL: 4,
  INT: 2,
  KILL: 9,
  PIPE: 13,
  QUIT: 3,
  SEGV: 11,
  TERM: 15,
  USR1: 10,
  USR2: 12,
};

/** The number of a signal; 0 for one without a name in the protocol. */
export function signalNumber(name: string): number {
  return SIGNALS[name] ?? 0;
}
