import { rmSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { takeRemoteView } from "../../../src/detectors/probes/remote/take-remote-view.ts";
import { wireMeasurements } from "../../../src/detectors/probes/remote/wire-measurements.ts";
import { remoteStimuli } from "../../../src/detectors/remote-detectors.ts";
import type { RemoteView } from "../../../src/detectors/views/remote-view.ts";
import { makeMaterials } from "./materials.ts";
import type { Ground, Subject } from "./subject.ts";

export interface Labelled {
  readonly subject: Subject;
  readonly view: RemoteView;
}

/**
 * Brings every subject up, several at a time and each on its own loopback address, and looks at it as `detect remote` does.
 *
 * @returns one view for each subject, in their order. Rejects when one does not start; whatever was started is then stopped.
 */
export async function takeViews(
  subjects: readonly Subject[],
  onView: (taken: Labelled) => void = () => undefined,
): Promise<readonly Labelled[]> {
  const folder = await mkdtemp(join(tmpdir(), "utsusemi-accuracy-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  // Databases run as users of their own and must get through.
  await chmod(folder, 0o755);
  try {
    const materials = join(folder, "materials");
    await makeMaterials(materials);
    const waiting = subjects.map((subject, index) => ({ subject, index }));
    const taken: Labelled[] = [];
    const lane = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const { subject, index } = next;
        const ground = { address: addressOf(index), folder: join(folder, `${index}`), materials };
        const labelled = { subject, view: await lookTwice(subject, ground) };
        taken[index] = labelled;
        onView(labelled);
      }
    };
    const lanes = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
    for (const one of lanes) if (one.status === "rejected") throw one.reason;
    return taken;
  } finally {
    await rm(folder, { recursive: true, force: true });
    process.off("exit", remove);
  }
}

/** They mostly wait for answers. */
const AT_ONCE = 14;
/** Beside what is open: closed ports are looked at too. */
const CLOSED = [1, 4_001, 61_000];

/** Once more where it did not come up: a busy machine starts things late. */
async function lookTwice(subject: Subject, ground: Ground): Promise<RemoteView> {
  try {
    return await look(subject, ground);
  } catch (first) {
    process.stderr.write(`${subject.name}, once more: ${String(first)}\n`);
    return await look(subject, ground).catch((cause: unknown) => {
      throw new Error(`${subject.name} could not be looked at`, { cause });
    });
  }
}

async function look({ name, trials, measured, open }: Subject, ground: Ground) {
  await using alive = await open(ground);
  const ports = [...alive.ports, ...CLOSED];
  // Awaited here, or the host would be gone before it was looked at.
  return await takeRemoteView(name, {
    address: ground.address,
    ports,
    stimuli: remoteStimuli(),
    trials,
    limits,
    ...(measured ? { measurements: wireMeasurements() } : {}),
  });
}

/** The servers are ours and answer at once: what a stranger's host is spared would only make this slow. */
const limits = { perPortASecond: 20, perPortAtOnce: 6, wholeMs: 40_000 };

/** 127.0.1.1 to 127.0.2.250: nobody else's. */
function addressOf(index: number): string {
  return `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`;
}
