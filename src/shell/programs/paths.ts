/** Paths as text. */

/** The last part, as basename(1) without suffix. */
export function lastPart(path: string): string {
  const trimmed = path.replace(/(?<!\/)\/+$/, "");
  if (trimmed === "") return path === "" ? "" : "/";
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

/** All but the last part, as dirname(1). */
export function parentPart(path: string): string {
  const trimmed = path.replace(/(?<!\/)\/+$/, "");
  if (trimmed === "") return path === "" ? "." : "/";
  const slash = trimmed.lastIndexOf("/");
  if (slash < 0) return ".";
  return trimmed.slice(0, slash).replace(/(?<!\/)\/+$/, "") || "/";
}

export function joinPath(directory: string, name: string): string {
  return directory.endsWith("/") ? directory + name : `${directory}/${name}`;
}

/** An absolute path without `.`, `..` and doubled slashes, links not followed. */
export function normalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
