/**
 * What the kernel module says of itself in its `status` file (kernel/module/main.c):
 *
 * ```
 * version 0.1.0
 * part NAME off|active|absent|failed [CAUSE]
 * hook FUNCTION missed N of INSTANCES
 * bitmaps closed N not-closed N
 * events N taken N over-rate N overwritten N
 * refused line N: WHY                        only after a refused text
 * ```
 */
import { done, malformed, type Parsed } from "../../wire/parsed.ts";

export interface ModuleStatus {
  readonly version: string;
  readonly parts: Readonly<Record<string, ModulePart>>;
  readonly hooks: readonly ModuleHook[];
  /** Tasks' bitmaps in which the ports are kept closed, and those in which there was no room to remember it. */
  readonly bitmaps: { readonly closed: number; readonly notClosed: number };
  readonly events: { readonly written: number; readonly taken: number; readonly lost: number };
  /** Why the last text was refused. */
  readonly refused?: string;
}

export interface ModulePart {
  readonly state: PartState;
  /** Why it is not active. */
  readonly cause?: string;
}

/** `off`: nobody asked for it. `absent`: the kernel or the processor lacks it. `failed`: the kernel refused. */
export type PartState = "off" | "active" | "absent" | "failed";

export interface ModuleHook {
  readonly function: string;
  /** Calls that went by unseen: more at once than instances. */
  readonly missed: number;
  readonly instances: number;
}

type Draft = Partial<ModuleStatus> & Pick<ModuleStatus, "parts" | "hooks">;
type Take = (values: readonly string[], draft: Draft) => Partial<ModuleStatus>;

const forms: readonly (readonly [RegExp, Take])[] = [
  [/^version (\S+)$/, ([version = ""]) => ({ version })],
  [
    /^part ([a-z]+) (off|active|absent|failed)(?: (.+))?$/,
    ([name = "", state = "", cause], { parts }) => ({ parts: { ...parts, [name]: part(state, cause) } }),
  ],
  [
    /^hook (\w+) missed (\d{1,15}) of (\d{1,9})$/,
    ([name = "", missed, instances], { hooks }) => ({
      hooks: [...hooks, { function: name, missed: Number(missed), instances: Number(instances) }],
    }),
  ],
  [
    /^bitmaps closed (\d{1,9}) not-closed (\d{1,15})$/,
    ([closed, notClosed]) => ({ bitmaps: { closed: Number(closed), notClosed: Number(notClosed) } }),
  ],
  [
    /^events (\d{1,15}) taken (\d{1,15}) over-rate (\d{1,15}) overwritten (\d{1,15})$/,
    (counts) => ({ events: eventCounts(counts.map(Number)) }),
  ],
  [/^refused (.+)$/, ([refused = ""]) => ({ refused })],
];

export function parseStatus(text: string): Parsed<ModuleStatus> {
  let draft: Draft = { parts: {}, hooks: [] };
  for (const line of text.split("\n").filter(Boolean)) {
    const form = forms.find(([pattern]) => pattern.test(line));
    if (form === undefined) return malformed(`not a line of a status: ${line.slice(0, 80)}`);
    const [pattern, take] = form;
    draft = { ...draft, ...take(pattern.exec(line)?.slice(1) ?? [], draft) };
  }
  const { version, events, bitmaps = { closed: 0, notClosed: 0 } } = draft;
  if (version === undefined || events === undefined) return malformed("a status has a version and counts its events");
  return done({ ...draft, version, events, bitmaps }, text.length);
}

/** What was overwritten was never taken by a reader, though the module's own mark has passed it. */
function eventCounts([written = 0, taken = 0, overRate = 0, overwritten = 0]: readonly number[]): ModuleStatus["events"] {
  return { written, taken: taken - overwritten, lost: overRate + overwritten };
}

function part(state: string, cause: string | undefined): ModulePart {
  const states: readonly PartState[] = ["off", "active", "absent", "failed"];
  const known = states.find((one) => one === state) ?? "failed";
  return cause === undefined ? { state: known } : { state: known, cause };
}
