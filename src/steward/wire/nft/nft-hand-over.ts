import { readFileSync } from "node:fs";
import { connect, isIP, isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import type { WireSettings } from "../wire-settings.ts";
import { removeTable } from "./remove-table.ts";
import { aliveText, suspectsText, type Target, tableText, withoutTable } from "./ruleset.ts";
import { runNft } from "./run-nft.ts";

/**
 * Suspects' new connections to a real service's port reach a decoy outside this host. A decoy that does not answer means the real service, and
 * so does a steward that has ended: see ruleset.ts.
 */
export class NftHandOver {
  readonly #targets: readonly Target[];
  readonly #suspects: () => readonly string[];
  readonly #timers: NodeJS.Timeout[];
  readonly #reached = new Set<Target>();
  #work: Promise<void> = Promise.resolve();
  #isChanged = false;
  #isOver = false;
  #problem: string | undefined;

  /** Begins anew: what a former steward left is taken away first. */
  static async begin(asked: WireSettings["handOver"], suspects: () => readonly string[]): Promise<Begun> {
    const { targets, leftOut } = targetsOf(asked);
    if (targets.length === 0) {
      await removeTable();
      return { leftOut };
    }
    const why = await runNft(tableText(targets));
    if (why !== undefined) return { leftOut: [...leftOut, ...targets.map((target) => notTurned(target, why))] };
    const handOver = new NftHandOver(targets, suspects);
    await handOver.#begin();
    return { handOver, leftOut };
  }

  private constructor(targets: readonly Target[], suspects: () => readonly string[]) {
    this.#targets = targets;
    this.#suspects = suspects;
    const every = (milliseconds: number, act: () => Promise<void>) => setInterval(() => this.#queue(act), milliseconds);
    this.#timers = [
      every(ALIVE_MS, () => this.#renewAlive()),
      every(SUSPECTS_MS, () => this.#renewSuspects()),
      setInterval(() => void this.#look(), LOOK_MS),
      setInterval(() => this.#take(), CHANGED_MS),
    ];
  }

  /** There are other suspects than before. */
  changed(): void {
    this.#isChanged = true;
  }

  /** What suspects reach now. */
  get inForce(): readonly Pick<Target, "port" | "address" | "addressPort">[] {
    if (this.#problem !== undefined) return [];
    return [...this.#reached].map(({ port, address, addressPort }) => ({ port, address, addressPort }));
  }

  /** What is not as it was asked for just now, each a sentence. */
  get troubles(): readonly string[] {
    if (this.#problem !== undefined) return this.#targets.map((target) => notTurned(target, this.#problem ?? ""));
    const silent = this.#targets.filter((target) => !this.#reached.has(target));
    return silent.map((target) => notTurned(target, "nobody answers there, so suspects reach the real service"));
  }

  /** Takes the table away. */
  async end(): Promise<void> {
    this.#isOver = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#work;
    await runNft(withoutTable());
  }

  async #begin(): Promise<void> {
    await this.#look();
    this.#queue(() => this.#renewSuspects());
    this.#queue(() => this.#renewAlive());
    await this.#work;
  }

  #queue(act: () => Promise<void>): void {
    this.#work = this.#work.then(() => (this.#isOver ? undefined : act()));
  }

  #take(): void {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    this.#queue(() => this.#renewSuspects());
  }

  async #renewAlive(): Promise<void> {
    await this.#tell(() => aliveText(this.#targets.filter((target) => this.#reached.has(target)).map(({ port }) => port)));
  }

  async #renewSuspects(): Promise<void> {
    await this.#tell(() => suspectsText(this.#suspects()));
  }

  /** Somebody may have flushed all rules: then the table is made anew. */
  async #tell(text: () => string): Promise<void> {
    if ((await runNft(text())) === undefined) {
      this.#problem = undefined;
      return;
    }
    this.#problem = await runNft(`${tableText(this.#targets)}${suspectsText(this.#suspects())}`);
    if (this.#problem === undefined) this.#problem = await runNft(text());
  }

  async #look(): Promise<void> {
    await Promise.all(
      this.#targets.map(async (target) => {
        if (await answers(target)) this.#reached.add(target);
        else this.#reached.delete(target);
      }),
    );
  }
}

export interface Begun {
  readonly handOver?: NftHandOver;
  /** What is not handed over, each a sentence. */
  readonly leftOut: readonly string[];
}

const ALIVE_MS = 1000;
const SUSPECTS_MS = 20_000;
const LOOK_MS = 10_000;
/** So soon after a suspect was told of the decoy has it. */
const CHANGED_MS = 20;
const CONNECT_MS = 2000;

function notTurned({ port, address, addressPort }: Target, why: string): string {
  return `Suspects at port ${port} do not reach ${address} port ${addressPort}: ${why}.`;
}

/** What can be handed over so, and what cannot. */
function targetsOf(asked: WireSettings["handOver"]): { readonly targets: readonly Target[]; readonly leftOut: readonly string[] } {
  const targets: Target[] = [];
  const leftOut: string[] = [];
  for (const { port, address, addressPort = port, keepSource } of asked) {
    if (address === undefined) continue;
    const target = { port, address, addressPort, keepSource };
    const isDouble = targets.some((one) => one.port === port && isIPv6(one.address) === isIPv6(address));
    const why = isDouble ? "another decoy has these suspects" : whyNot(address);
    if (why === undefined) targets.push(target);
    else leftOut.push(notTurned(target, why));
  }
  return { targets, leftOut };
}

function whyNot(address: string): string | undefined {
  if (isIP(address) === 0) return "that is no numeric address";
  if (/^127\.|^::1$/.test(address)) return "packets from outside never reach a loopback address; give the decoy another one";
  const isOwn = Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === address) === true);
  const [setting, name] = isIPv6(address)
    ? ["/proc/sys/net/ipv6/conf/all/forwarding", "net.ipv6.conf.all.forwarding"]
    : ["/proc/sys/net/ipv4/ip_forward", "net.ipv4.ip_forward"];
  return isOwn || isSet(setting) ? undefined : `this host forwards nothing (${name} is 0)`;
}

function isSet(path: string): boolean {
  try {
    return readFileSync(path, "latin1").trim() !== "0";
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

function answers({ address, addressPort }: Target): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: addressPort, timeout: CONNECT_MS });
    const tell = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once("connect", () => tell(true));
    socket.once("error", () => tell(false));
    socket.once("timeout", () => tell(false));
  });
}
