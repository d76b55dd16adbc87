/** The table begins with so many lists, and doubles when they hold this many keys on average. */
const FIRST_LISTS = 64;
const MAX_AVERAGE = 12;

/** The order in which mawk 1.3.4 walks an array: by the key's hash (FNV-1a) modulo the number of lists, the newest first in each. */
export function tableOrder(keys: readonly string[]): readonly string[] {
  let lists = FIRST_LISTS;
  while (keys.length > lists * MAX_AVERAGE) lists *= 2;
  const places = keys.map((key, at) => ({ key, list: hash(key) % lists, at }));
  places.sort((one, other) => one.list - other.list || other.at - one.at);
  return places.map(({ key }) => key);
}

function hash(key: string): number {
  let value = 2_166_136_261;
  for (let at = 0; at < key.length; at += 1) value = Math.imul(value ^ key.charCodeAt(at), 16_777_619) >>> 0;
  return value;
}
