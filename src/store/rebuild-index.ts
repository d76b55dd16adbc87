import { IndexWriter } from "./index/index-writer.ts";
import { removeIndex } from "./index/schema.ts";
import { lockFolder } from "./lock.ts";
import { storeFolders } from "./store-folders.ts";

/**
 * Builds the index of a store that no sensor holds anew from its journal.
 * @param progress hears how many events are in, every few thousand.
 * @returns how many events it holds; undefined if a sensor holds the folder.
 */
export function rebuildIndex(folder: string, progress?: (events: number) => void): number | undefined {
  const lock = lockFolder(folder);
  if (lock === undefined) return undefined;
  try {
    const { index, journal } = storeFolders(folder);
    removeIndex(index);
    const writer = new IndexWriter({ index, journal });
    while (writer.step(TO_THE_END)) progress?.(writer.taken);
    writer.close();
    return writer.taken;
  } finally {
    lock.release();
  }
}

const TO_THE_END = { evidence: Number.MAX_SAFE_INTEGER, traffic: Number.MAX_SAFE_INTEGER, health: Number.MAX_SAFE_INTEGER };
