import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { compilePatterns, loadPatterns } from "../src/patterns/index.ts";
import { Engine } from "../src/steward/engine/engine.ts";
import type { InterfaceSettings } from "../src/steward/engine/engine-settings.ts";
import { apartNetwork } from "../test/engine/program-run.ts";

/**
 * A host with the wire engine and a visitor, with two cables between them so that what is on one can be compared with what is on the other: two
 * network namespaces that only this process knows. The host's is this process's own, so the engine runs here as it does in the steward, and what
 * this process starts is there too. All of it ends with `dispose`.
 */
export interface Cable {
  /** Its name at both ends. */
  readonly name: string;
  readonly host: string;
  readonly visitor: string;
}

export const CABLES: readonly [Cable, Cable] = [
  { name: "bench0", host: "192.0.2.1", visitor: "192.0.2.2" },
  { name: "bench1", host: "198.51.100.1", visitor: "198.51.100.2" },
];

const NATIVE = join(import.meta.dirname, "native");
const run = promisify(execFile);

let made = 0;

function nextName(): string {
  made += 1;
  return `bench-${process.pid}-${made}`;
}

export class WireSite implements Disposable {
  readonly visitor = nextName();
  readonly #folder = mkdtempSync(join(tmpdir(), "bench-wire-"));
  readonly #children: ChildProcess[] = [];

  constructor() {
    apartNetwork();
    must("ip", "netns", "add", this.visitor);
    must("ip", "link", "set", "lo", "up");
    for (const { name, host, visitor } of CABLES) {
      must("ip", "link", "add", name, "type", "veth", "peer", "name", name, "netns", this.visitor);
      for (const [address, ...place] of [[host], [visitor, "-n", this.visitor]]) {
        must("ip", ...place, "address", "add", `${address}/24`, "dev", name);
        must("ip", ...place, "link", "set", name, "up");
      }
    }
  }

  /** Compiles one of the programs in native/; where it is. */
  compile(name: string): string {
    const program = join(this.#folder, name);
    must("gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program, join(NATIVE, `${name}.c`));
    return program;
  }

  /** Runs a program on the host until it is ended; it has said by its first line that it is ready. */
  async serve(program: string, ...words: readonly string[]): Promise<ChildProcess> {
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "inherit"] });
    this.#children.push(child);
    await once(child.stdout, "data");
    return child;
  }

  /** What a program of the visitor's prints: one JSON object of numbers. */
  async visit(program: string, ...words: readonly string[]): Promise<Readonly<Record<string, number>>> {
    const { stdout } = await run("ip", ["netns", "exec", this.visitor, program, ...words], { timeout: 120_000 });
    return JSON.parse(stdout);
  }

  /** Whether an unused port of the host is closed to the visitor, as where no engine is. */
  async isClosed({ host }: Cable): Promise<boolean> {
    const knock = `timeout 2 bash -c '</dev/tcp/${host}/9'; true`;
    const { stderr } = await run("ip", ["netns", "exec", this.visitor, "bash", "-c", knock], { timeout: 60_000 });
    return stderr.includes("refused");
  }

  [Symbol.dispose](): void {
    for (const child of this.#children) child.kill("SIGKILL");
    // The namespace may go later; so that the cables' names are free at once.
    for (const { name } of CABLES) must("ip", "link", "delete", name);
    must("ip", "netns", "delete", this.visitor);
    rmSync(this.#folder, { recursive: true });
  }
}

const SUSPECTS = 256;

/** The engine on cables as a site would have it: all shipped patterns, unused ports are a tarpit, some networks trusted, some suspects. */
export async function engineOn(cables: readonly Cable[], hook: InterfaceSettings["hook"]): Promise<Engine> {
  const engine = await Engine.up(
    {
      interfaces: cables.map(({ name }) => ({ name, hook })),
      unused: [{ ports: [1, 65_535], answer: { kind: "tarpit" } }],
      trusted: ["203.0.113.0/25", "2001:db8:1::/48"],
      land: true,
    },
    () => undefined,
  );
  engine.match(compilePatterns(loadPatterns()).tables);
  for (let index = 0; index < SUSPECTS; index += 1) engine.stand(`10.0.0.${index}`, { state: "hostile", forMs: 3_600_000 });
  return engine;
}

/** Runs a program of the host's to its end; what it printed. */
export function must(program: string, ...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${words.join(" ")}: ${stderr}`);
  return stdout;
}
