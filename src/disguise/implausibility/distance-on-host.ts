import type { LocalView } from "../../detectors/views/local-view.ts";
import type { Effect } from "../effect.ts";
import { addedEntries } from "./added-entries.ts";
import { type Distance, distanceOf } from "./distance.ts";

/** How far what effects add to a host's tree of files is from an ordinary one. */
export function distanceOnHost({ files, takenAtMs }: LocalView, effects: readonly Effect[]): Distance {
  const contents = Object.assign({}, ...effects.map((effect) => effect.files ?? {}));
  return distanceOf(addedEntries(contents, { files, nowMs: takenAtMs }));
}
