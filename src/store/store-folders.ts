import { join } from "node:path";

/** Where the parts of a store lie in its folder. */
export interface StoreFolders {
  readonly journal: string;
  readonly index: string;
  readonly quarantine: string;
  readonly recordings: string;
}

export function storeFolders(folder: string): StoreFolders {
  return {
    journal: join(folder, "journal"),
    index: join(folder, "index"),
    quarantine: join(folder, "quarantine"),
    recordings: join(folder, "recordings"),
  };
}
