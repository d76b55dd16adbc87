/** Linux signal numbers (signal(7), x86 and ARM) by name without SIG. */
export const SIGNALS: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  PWR: 30,
  SYS: 31,
};

const IGNORED = new Set(["CHLD", "URG", "WINCH", "CONT"]);
const STOPPING = new Set(["STOP", "TSTP", "TTIN", "TTOU"]);

export function signalAction(name: string): "end" | "ignore" | "stop" {
  if (STOPPING.has(name)) return "stop";
  return IGNORED.has(name) ? "ignore" : "end";
}

export function signalNumber(name: string): number | undefined {
  return Object.hasOwn(SIGNALS, name) ? SIGNALS[name] : undefined;
}

export function signalName(number: number): string | undefined {
  return Object.entries(SIGNALS).find(([, known]) => known === number)?.[0];
}

/** strsignal(3), as shells report how a job ended. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  HUP: "Hangup",
  INT: "Interrupt",
  QUIT: "Quit",
  ILL: "Illegal instruction",
  TRAP: "Trace/breakpoint trap",
  ABRT: "Aborted",
  BUS: "Bus error",
  FPE: "Floating point exception",
  KILL: "Killed",
  USR1: "User defined signal 1",
  SEGV: "Segmentation fault",
  USR2: "User defined signal 2",
  PIPE: "Broken pipe",
  ALRM: "Alarm clock",
  TERM: "Terminated",
  STKFLT: "Stack fault",
  XCPU: "CPU time limit exceeded",
  XFSZ: "File size limit exceeded",
  VTALRM: "Virtual timer expired",
  PROF: "Profiling timer expired",
  IO: "I/O possible",
  PWR: "Power failure",
  SYS: "Bad system call",
  STOP: "Stopped (signal)",
  TSTP: "Stopped",
  TTIN: "Stopped (tty input)",
  TTOU: "Stopped (tty output)",
};

export function describeSignal(name: string): string {
  return DESCRIPTIONS[name] ?? `Unknown signal ${SIGNALS[name] ?? 0}`;
}
