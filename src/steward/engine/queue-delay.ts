import { QueueReader } from "./queue-reader.ts";
import { MOST_SUSPECTS, removeTable, runNft, suspectsScript, tableScript } from "./queue-table.ts";

/** The second way to answer suspects late: their packets wait in a queue that this process reads (NFQUEUE with `bypass`). */
export class QueueDelay {
  readonly #reader: QueueReader;
  readonly #renewal: NodeJS.Timeout;
  readonly #suspects: () => readonly string[];
  #running: Promise<void> | undefined;
  #again = false;
  #isUp = true;

  private constructor(reader: QueueReader, suspects: () => readonly string[]) {
    this.#reader = reader;
    this.#suspects = suspects;
    this.#renewal = setInterval(() => this.renew(), RENEW_MS);
  }

  /** @param suspects asked whenever they may have changed, the newest last */
  static async up(
    interfaces: readonly string[],
    { delayMs, suspects }: { readonly delayMs: number; readonly suspects: () => readonly string[] },
  ): Promise<QueueDelay | { readonly why: string }> {
    const reader = QueueReader.open(delayMs);
    if (!(reader instanceof QueueReader)) return reader;
    const refused = await runNft(tableScript({ interfaces, queue: reader.number }));
    if (refused === undefined) return new QueueDelay(reader, suspects);
    reader[Symbol.dispose]();
    return { why: `nftables cannot queue packets here (${refused})` };
  }

  /** Takes the suspects over as they are now, soon; several calls at once are one. */
  renew(): void {
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  down(): void {
    this.#isUp = false;
    clearInterval(this.#renewal);
    this.#reader[Symbol.dispose]();
    removeTable();
  }

  async #run(): Promise<void> {
    while (this.#again && this.#isUp) {
      this.#again = false;
      await runNft(suspectsScript(this.#suspects().slice(-MOST_SUSPECTS)));
    }
  }
}

/** Elements of nftables hold a minute. */
const RENEW_MS = 20_000;
