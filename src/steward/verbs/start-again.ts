import { restart } from "../apply/reload.ts";
import type { Restarted } from "./api.ts";
import type { Work } from "./work.ts";

/** Starts units again, only ever because somebody asked for it. */
export function startAgain(units: readonly string[], work: Work): readonly Restarted[] {
  return units.map((unit) => {
    work.progress(`Starting ${unit} again`);
    const failed = restart(unit, work);
    return { unit, ...(failed === undefined ? {} : { failed }) };
  });
}
