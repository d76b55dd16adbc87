import { createInterface } from "node:readline";
import { OperatorError } from "../../src/errors/operator-error.ts";
import { compilePatterns, loadPatterns } from "../../src/patterns/index.ts";
import { Engine, removeEngine } from "../../src/steward/engine/engine.ts";
import type { EngineSettings } from "../../src/steward/engine/engine-settings.ts";

/**
 * The engine in a network namespace of a test: settings as JSON in its argument , then a command a line, an answer a line.
 * Events are lines too.
 */
const say = (line: Readonly<Record<string, unknown>>) => process.stdout.write(`${JSON.stringify(line)}\n`);

const settings: EngineSettings = JSON.parse(process.argv[2] ?? "", reviveBanner);

function attempt(act: () => void): Readonly<Record<string, unknown>> {
  try {
    act();
    return { done: true };
  } catch (error) {
    if (error instanceof OperatorError) return { error: error.message };
    throw error;
  }
}

/** Buffers become objects in JSON. */
function reviveBanner(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("type" in value) || !("data" in value)) return value;
  return value.type === "Buffer" && Array.isArray(value.data) ? Buffer.from(value.data) : value;
}

if (process.argv[3] === "nobody") process.setuid?.(65_534);
try {
  if (process.argv[3] === "remove") {
    say({ removed: await removeEngine() });
  } else {
    const engine = await Engine.up(settings, ({ kind, at, ...event }) =>
      say({ event: kind, ...event, latencyMs: Number(process.hrtime.bigint() - at) / 1e6 }),
    );
    say({ up: true });
    for await (const line of createInterface({ input: process.stdin })) {
      const [verb, ...words] = line.split(" ");
      if (verb === "status") say({ ...engine.status() });
      else if (verb === "trust") say({ done: engine.trust(words[0] ?? "") });
      else if (verb === "distrust") say({ done: engine.distrust(words[0] ?? "") });
      else if (verb === "match") {
        engine.match(compilePatterns(loadPatterns(words[0])).tables);
        say({ done: true });
      } else if (verb === "stand") {
        engine.stand(words[0] ?? "", { state: "hostile", forMs: 60_000 });
        say({ done: true });
      } else if (verb === "know") {
        engine.stand(words[0] ?? "", { state: "known", forMs: 60_000 });
        say({ done: true });
      } else if (verb === "forgive") {
        engine.forgive(words[0] ?? "");
        say({ done: true });
      } else if (verb === "handover") {
        say(attempt(() => engine.handOver(Number(words[0]), { pid: Number(words[1]), fd: Number(words[2]) })));
      } else if (verb === "endhandover") say({ done: engine.endHandOver(Number(words[0])) });
      else if (verb === "down") {
        engine.down();
        say({ down: true });
        break;
      }
    }
    engine.down();
  }
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  say({ error: error.message, code: error.code });
}
process.exit(0);
