import { isWithin } from "../../disguise/overlay/host-tree.ts";

/** The first directory that is ours, so that not even its name is seen. */
export function topOf(folder: string): string {
  const names = folder.split("/");
  const at = names.findIndex((name) => name.includes("utsusemi"));
  const top = names.slice(0, at < 0 ? names.length : at + 1).join("/");
  return isWithin(top, folder) ? top : folder;
}
