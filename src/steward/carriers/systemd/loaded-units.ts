import type { CarrierHost } from "../../apply/carriage.ts";

/** A unit as the running systemd knows it (`systemctl show`). */
export interface LoadedUnit {
  /** Its own name, with its suffix; it may have been asked for by another. */
  readonly id: string;
  /** The unit file and its drop-ins, in the order in which they count. */
  readonly files: readonly string[];
  /** Names of all its drop-ins. */
  readonly dropIns: readonly string[];
  readonly slice: string;
  readonly isActive: boolean;
  /** `SystemCallFilter=` with its groups resolved; undefined: systemd did not say. */
  readonly filter: string | undefined;
}

const ASKED = ["Id", "LoadState", "ActiveState", "FragmentPath", "DropInPaths", "Slice", "SystemCallFilter"];

/** Those that are loaded, of a name or pattern. */
export function loadedUnits(pattern: string, host: CarrierHost): readonly LoadedUnit[] {
  const text = host.ask("systemctl", "show", `--property=${ASKED.join(",")}`, "--", pattern) ?? "";
  return text.split(/\n\s*\n/).flatMap((block) => {
    const values = new Map(
      block.split("\n").map((line): [string, string] => [line.replace(/=.*$/s, ""), line.slice(line.indexOf("=") + 1)]),
    );
    return unitFrom((name) => values.get(name)?.trim());
  });
}

function unitFrom(value: (name: string) => string | undefined): readonly LoadedUnit[] {
  const [id = "", path = ""] = [value("Id"), value("FragmentPath")];
  if (!id.endsWith(".service") || value("LoadState") !== "loaded" || path === "") return [];
  const dropIns = (value("DropInPaths") ?? "").split(" ").filter((one) => one !== "");
  return [
    {
      id,
      files: [path, ...dropIns],
      dropIns: dropIns.map((one) => one.slice(one.lastIndexOf("/") + 1)),
      slice: value("Slice") ?? "",
      isActive: /^(active|activating|reloading|refreshing)$/.test(value("ActiveState") ?? ""),
      filter: value("SystemCallFilter"),
    },
  ];
}

/** systemd.slice(5): `a-b.slice` lies in `a.slice`, and all of them in `-.slice`. */
export function isInSlice(slice: string, name: string): boolean {
  return name === "-" || slice === `${name}.slice` || slice.startsWith(`${name}-`);
}
