import type { Contents } from "../../detectors/views/memory-files.ts";
import type { HostTree } from "./host-tree.ts";

/** Linux follows at most 40 links. */
const MOST_LINKS = 40;

/** A path with the links of its directories followed, those of the changes before the host's; the last name stays as it is. */
export function followed(path: string, { contents, host }: { readonly contents: Contents; readonly host: HostTree }): string {
  let rest = namesOf(path);
  let here = "";
  for (let links = 0; rest.length > 1; ) {
    const [name = "", ...others] = rest;
    const target = links < MOST_LINKS ? linkAt(`${here}/${name}`, { contents, host }) : undefined;
    rest = target === undefined ? others : [...namesOf(resolved(here, target)), ...others];
    here = target === undefined ? `${here}/${name}` : "";
    if (target !== undefined) links += 1;
  }
  return `${here}/${rest[0] ?? ""}`;
}

function linkAt(path: string, { contents, host }: { readonly contents: Contents; readonly host: HostTree }): string | undefined {
  const entry = contents[path];
  if (entry !== undefined) return typeof entry === "object" && "link" in entry ? entry.link : undefined;
  return host.look(path)?.target;
}

function namesOf(path: string): readonly string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

function resolved(folder: string, target: string): string {
  const names: string[] = [];
  for (const name of namesOf(target.startsWith("/") ? target : `${folder}/${target}`)) {
    if (name === "..") names.pop();
    else names.push(name);
  }
  return `/${names.join("/")}`;
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
