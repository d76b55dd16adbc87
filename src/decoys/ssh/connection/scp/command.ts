/** What `scp` was asked to do at the far end. */
export interface ScpCommand {
  /** `sink` (-t) takes files from the visitor, `source` (-f) gives them. */
  readonly role: "sink" | "source";
  readonly recursive: boolean;
  readonly preserve: boolean;
  /** The target must be a directory (-d). */
  readonly directory: boolean;
  readonly verbose: boolean;
  readonly paths: readonly string[];
}

const LETTERS = /^[12346BCdfOpqrtv]+$/;

/** Reads scp's arguments as getopt would; undefined when it is not the far end of a copy, or has options that only the near end has. */
export function parseScpCommand(args: readonly string[]): ScpCommand | undefined {
  const ends = args.findIndex((arg) => arg === "--" || arg === "-" || !arg.startsWith("-"));
  const options = ends < 0 ? args : args.slice(0, ends);
  if (!options.every((option) => LETTERS.test(option.slice(1)))) return undefined;
  const letters = new Set(options.flatMap((option) => [...option.slice(1)]));
  const paths = ends < 0 ? [] : args.slice(args[ends] === "--" ? ends + 1 : ends);
  if (letters.has("t") === letters.has("f")) return undefined;
  return {
    role: letters.has("t") ? "sink" : "source",
    recursive: letters.has("r"),
    preserve: letters.has("p"),
    directory: letters.has("d"),
    verbose: letters.has("v"),
    paths,
  };
}
