import { hostSeed } from "../../detectors/responders/index.ts";
import { loadStory } from "../../disguise/stories/load-stories.ts";
import { type WirePlan, wireOfStory } from "../../disguise/wire/wire-of-story.ts";
import type { WireWish } from "../../disguise/wire/wire-wish.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import { readableSeed } from "../../steward/apply/site-seed.ts";
import type { WireSettings } from "../../steward/wire/wire-settings.ts";

/** What the network is to see of a story, as `disguise plan` shows it. @throws OperatorError `story-unknown`, `story-refused` */
export function wireStory(name: string, folder: string): WirePlan {
  const story = loadStory(name);
  const plan = wireOfStory(story, { seed: readableSeed(folder) ?? hostSeed() });
  if (plan.shown.length > 0) return plan;
  throw new OperatorError("story-refused", `The story ${name} shows nothing on the wire.`);
}

/** What was configured, and what a story asks for beside it. What the operator wrote about one thing stays as he wrote it. */
export function withStory(configured: WireSettings | undefined, wish: WireWish): Partial<WireSettings> {
  const { unused, handOver = [], stack, delayMs, patterns, land } = wish;
  const own = configured?.handOver ?? [];
  return {
    ...configured,
    unused: {
      tarpit: joined(configured?.unused.tarpit, unused?.tarpit),
      responders: joined(configured?.unused.responders, unused?.responders),
      leaveOut: configured?.unused.leaveOut ?? [],
    },
    stack: { ...stack, ...configured?.stack },
    handOver: [
      ...own,
      ...handOver.filter(({ port }) => !own.some((one) => one.port === port)).map((one) => ({ ...one, keepSource: false })),
    ],
    delayMs: configured !== undefined && configured.delayMs > 0 ? configured.delayMs : (delayMs ?? 0),
    patterns: patterns ?? configured?.patterns ?? true,
    land: land ?? configured?.land ?? true,
  };
}

const joined = (some: readonly string[] = [], more: readonly string[] = []): string[] => [...new Set([...some, ...more])];
