import { type ExecCommand, quotedWord } from "./exec-line.ts";

/** The drop-in that puts the guard before each command of a unit. */
export interface Wrapping {
  readonly commands: readonly ExecCommand[];
  readonly guard: string;
  readonly plan: string;
  /** `--as` of the guard where systemd would have changed the account. */
  readonly account: string | undefined;
  /** `--keep` of the guard: capabilities that stay with the account, a bit each. */
  readonly kept: bigint;
  readonly watches: boolean;
  readonly isQuiet: boolean;
}

export function dropInText(wrapping: Wrapping): string {
  const lines = wrapping.commands.map((command) => `ExecStart=${wrapped(command, wrapping)}`);
  return ["# `utsusemi disguise revert` takes this away again.", "[Service]", "ExecStart=", ...lines, ""].join("\n");
}

/** The account is left to the guard, which needs root's rights until the mounts are made. */
function wrapped(command: ExecCommand, { guard, plan, account, kept, watches, isQuiet }: Wrapping): string {
  const { ignoresFailure, keepsVariables, hasName, rights } = command;
  const dropsRights = account !== undefined && leavesAccountToSystemd(command);
  const words = [guard, "enter", plan].map((word) => quotedWord(word, keepsVariables));
  const options = [
    ...(dropsRights ? ["--as", account] : []),
    ...(dropsRights && kept > 0n ? ["--keep", `${kept}`] : []),
    ...(hasName ? ["--name"] : []),
    ...(watches ? ["--watch"] : []),
    ...(isQuiet ? ["--quiet"] : []),
  ];
  const prefixes = `${ignoresFailure ? "-" : ""}${keepsVariables ? ":" : ""}${dropsRights ? "!" : rights}`;
  return `${prefixes}${[...words, ...options, "--", command.text].join(" ")}`;
}

/** `!!` counts only where the kernel has no ambient capabilities; every one that has these mounts has those, too. */
export function leavesAccountToSystemd({ rights }: ExecCommand): boolean {
  return rights === "" || rights === "!!";
}

const USUAL = "zz-local.conf";

/** A name after all that are there: the last file says what is started. */
export function dropInName(others: readonly string[]): string {
  const last = others.toSorted().at(-1) ?? "";
  return USUAL > last ? USUAL : `${last.replace(/\.conf$/, "")}z.conf`;
}
