import { integer, type Of, object, text } from "../shape/shape.ts";
import { chanceOf, derive } from "./chance.ts";

/**
 * When a site's machine was installed and booted. Its reboots are a sequence that the seed decides once for all time; what shows is
 * the last one before now. So the uptime grows between visits, and now and then starts anew, as with any machine.
 */
const day = text("A day, UTC", { pattern: /^\d{4}-\d{2}-\d{2}$/, allowed: "a day as YYYY-MM-DD" });

export const lifeShape = object("When the machine was installed and how often it boots", {
  installed: object("Installation, a moment between two days", { after: day, before: day }),
  reboots: object("Days between two boots", { minDays: integer("Least", 1, 3650), maxDays: integer("Most", 1, 3650) }),
});

export interface Life {
  readonly installedMs: number;
  readonly bootMs: number;
  /** Boots since the installation. */
  readonly boots: number;
  /** As the kernel draws it anew at each boot. */
  readonly bootId: string;
  /** The same without dashes. */
  readonly bootHex: string;
}

const dayMs = 86_400_000;

/** The machine's life as it stands at `wallMs`. A clock that is before the installation finds a machine that was installed an hour ago. */
export function lifeAt(shape: Of<typeof lifeShape>, seed: Uint8Array, wallMs: number): Life {
  const chance = chanceOf(seed, "life");
  const first = Date.parse(shape.installed.after);
  const drawn = first + Math.floor(chance.fraction() * Math.max(0, Date.parse(shape.installed.before) - first));
  const installedMs = wholeSeconds(Math.min(drawn, wallMs - 3_600_000));
  const spanMs = Math.max(0, shape.reboots.maxDays - shape.reboots.minDays) * dayMs;
  let bootMs = installedMs + chance.integer(240, 900) * 1000;
  let boots = 1;
  for (;;) {
    const next = bootMs + shape.reboots.minDays * dayMs + chance.fraction() * spanMs;
    if (next > wallMs) break;
    bootMs = next;
    boots++;
  }
  const bootId = uuid(derive(seed, `boot ${boots}`));
  return { installedMs, bootMs: Math.floor(bootMs), boots, bootId, bootHex: bootId.replaceAll("-", "") };
}

/** A random identifier (RFC 9562 §5.4) in text. */
function uuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.subarray(0, 16)).toString("hex");
  const variant = "89ab".charAt((bytes[8] ?? 0) & 3);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
