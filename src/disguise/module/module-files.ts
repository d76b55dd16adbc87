/** The three files by which a loaded module is told and asked. They are root's; every answer is read whole, and judged by the parsers beside this file. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Parsed } from "../../wire/parsed.ts";
import { parseEvents, type ReadEvents } from "./module-events.ts";
import { encodeSettings, type ModuleSettings, parseSettings } from "./module-settings.ts";
import { type ModuleStatus, parseStatus } from "./module-status.ts";

export interface ModuleFiles {
  readonly settings: () => Parsed<ModuleSettings>;
  /** Replaces all settings with one write. Gives why they are refused, or nothing. @throws Error of the file system when the module refuses them */
  readonly write: (settings: ModuleSettings) => string | undefined;
  readonly status: () => Parsed<ModuleStatus>;
  /** Each event is given once. */
  readonly events: () => ReadEvents;
}

export function moduleFiles(folder = "/sys/kernel/security/utsusemi"): ModuleFiles {
  const text = (name: string) => readFileSync(join(folder, name), "latin1");
  return {
    settings: () => parseSettings(text("control")),
    write: (settings) => {
      const encoded = encodeSettings(settings);
      if ("refused" in encoded) return encoded.refused;
      writeFileSync(join(folder, "control"), encoded.text, { encoding: "latin1", flag: "r+" });
      return undefined;
    },
    status: () => parseStatus(text("status")),
    events: () => parseEvents(text("events")),
  };
}
