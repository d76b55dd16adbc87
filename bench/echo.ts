import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import ssh2, { type Channel } from "ssh2";
import { type Figure, printFigures, quantile, rounded } from "./figure.ts";
import { LOGIN, ssh2Algorithms } from "./login-algorithms.ts";
import { processorMs } from "./processes.ts";
import { startSensor } from "./servers.ts";

/**
 * Measures how long a visitor waits for the echo of a typed character, alone and while other visitors of the same worker run an endless loop,
 * a fork bomb and an endless output. By the clock, since that is what a visitor notices; the time alone shows what the machine itself adds.
 *
 *     node bench/echo.ts [--quick]
 */
export interface EchoWaits {
  /** Milliseconds, one for each character. */
  readonly alone: readonly number[];
  readonly besideOthers: readonly number[];
  /** How much of one processor the worker used meanwhile, 0 to 1: the others are really at it. */
  readonly workerShare: number;
}

export const BAD_COMPANY = ["while :; do :; done", ":(){ :|:& };:", "yes"];

export async function measureEchoes(keys: number): Promise<EchoWaits> {
  await using sensor = await startSensor();
  const visitor = await openShell(sensor.port);
  await typeKeys(visitor.channel, WARM_UP_KEYS);
  const alone = await typeKeys(visitor.channel, keys);
  const others = spawn(process.execPath, [fileURLToPath(new URL("echo-abuse.ts", import.meta.url)), String(sensor.port), ...BAD_COMPANY], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(createInterface({ input: others.stdout }), "line");
    const used = (): number => sensor.workers.reduce((sum, pid) => sum + processorMs(pid), 0);
    const before = { atMs: performance.now(), usedMs: used() };
    const besideOthers = await typeKeys(visitor.channel, keys);
    return { alone, besideOthers, workerShare: (used() - before.usedMs) / (performance.now() - before.atMs) };
  } finally {
    others.kill();
    visitor.client.end();
  }
}

interface Visitor {
  readonly client: InstanceType<typeof ssh2.Client>;
  readonly channel: Channel;
}

function openShell(port: number): Promise<Visitor> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    client.on("error", reject);
    client.on("ready", () =>
      client.shell({ term: "xterm" }, (error, channel) => {
        if (error === undefined) setTimeout(() => resolve({ client, channel }), PROMPT_MS);
        else reject(error);
      }),
    );
    client.connect({
      sock: connect({ port, host: "127.0.0.1", noDelay: true }),
      username: LOGIN.user,
      password: LOGIN.password,
      authHandler: ["password"],
      algorithms: ssh2Algorithms,
      readyTimeout: 20_000,
    });
  });
}

/** Types letters one by one, a little apart, and waits for each; a line is given up before it is long. */
async function typeKeys(channel: Channel, keys: number): Promise<readonly number[]> {
  const waits: number[] = [];
  for (let key = 0; key < keys; key += 1) {
    if (key % LINE_KEYS === LINE_KEYS - 1) await answerTo(channel, CTRL_U);
    waits.push(await answerTo(channel, "x"));
    await pause(BETWEEN_MS);
  }
  return waits;
}

async function answerTo(channel: Channel, key: string): Promise<number> {
  const answered = once(channel, "data", { signal: AbortSignal.timeout(LATE_MS) });
  const beganMs = performance.now();
  channel.write(key);
  await answered;
  return performance.now() - beganMs;
}

const CTRL_U = "\x15";
const LINE_KEYS = 40;
const WARM_UP_KEYS = 60;
const PROMPT_MS = 500;
const BETWEEN_MS = 10;
const LATE_MS = 10_000;

export async function measureEcho(keys: number): Promise<readonly Figure[]> {
  const { alone, besideOthers, workerShare } = await measureEchoes(keys);
  const note = `${keys} characters; the others run ${BAD_COMPANY.map((line) => `\`${line}\``).join(", ")}`;
  const busy = `the worker used ${Math.round(workerShare * 100)} % of a processor`;
  return [
    {
      name: "Echo beside bad company, 99th percentile",
      value: rounded(quantile(besideOthers, 0.99)),
      unit: "ms",
      wanted: { atMost: 20 },
      note,
    },
    { name: "Echo beside bad company, median", value: rounded(quantile(besideOthers, 0.5)), unit: "ms", note: busy },
    { name: "Echo alone, 99th percentile", value: rounded(quantile(alone, 0.99)), unit: "ms" },
  ];
}

if (import.meta.main) {
  printFigures(await measureEcho(process.argv.includes("--quick") ? 200 : 500));
  process.exit(0);
}
