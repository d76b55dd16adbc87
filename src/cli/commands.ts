import type { Command } from "commander";
import { addCheck } from "./check.ts";
import { addClues } from "./clues.ts";
import { addDetect } from "./detect.ts";
import { addDisguise } from "./disguise.ts";
import { addDoctor } from "./doctor.ts";
import { addEvents } from "./events.ts";
import { addFiles } from "./files.ts";
import { addJournal } from "./journal.ts";
import { addReplay } from "./replay.ts";
import { addService } from "./service.ts";
import { addSession } from "./session.ts";
import { addSessions } from "./sessions.ts";
import { addSteward } from "./steward.ts";
import { addStory } from "./story.ts";
import { addSuspects } from "./suspects.ts";
import { addUp } from "./up.ts";
import { addWire } from "./wire.ts";

/** Every command, in the order of the help text. */
export const commands: readonly ((program: Command) => void)[] = [
  addUp,
  addEvents,
  addSessions,
  addSession,
  addReplay,
  addFiles,
  addJournal,
  addSuspects,
  addDetect,
  addClues,
  addStory,
  addDisguise,
  addWire,
  addSteward,
  addDoctor,
  addCheck,
  addService,
];
