import type { Files } from "../detectors/views/files.ts";

/**
 * A path with every symbolic link on the way followed, the last name's too: effects name files by their real path, since a mount covers what a
 * link leads to. What the view does not know is taken for no link. At most 40 links, as Linux has it.
 */
export function realPath(files: Files, path: string): string {
  let rest = namesOf(path);
  let here: readonly string[] = [];
  for (let followed = 0; rest.length > 0; ) {
    const [name = "", ...others] = rest;
    const target = followed < 40 ? linkAt(files, `/${[...here, name].join("/")}`) : undefined;
    if (name === "..") here = here.slice(0, -1);
    else if (target === undefined) here = [...here, name];
    else {
      here = target.startsWith("/") ? [] : here;
      followed += 1;
    }
    rest = target === undefined ? others : [...namesOf(target), ...others];
  }
  return `/${here.join("/")}`;
}

function namesOf(path: string): readonly string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

function linkAt(files: Files, path: string): string | undefined {
  const look = files.look(path);
  return typeof look === "string" ? undefined : look.target;
}
