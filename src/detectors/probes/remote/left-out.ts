/** What a run did not do, and why: counted, and said in a fixed order, so that a thousand ports don't make a thousand lines. */
export class LeftOut {
  readonly #notes = new Set<string>();
  readonly #unsent = new Map<string, Map<string, number>>();

  /** A sentence of its own: `packets: no right to send them`. */
  note(what: string): void {
    this.#notes.add(what);
  }

  /** Something that one more port was not asked, and why. */
  unsent(why: string, what: string): void {
    const counts = this.#unsent.get(why) ?? new Map<string, number>();
    this.#unsent.set(why, counts.set(what, (counts.get(what) ?? 0) + 1));
  }

  lines(): readonly string[] {
    const counted = [...this.#unsent].flatMap(([why, counts]) =>
      [...counts]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([what, count]) => `${what}: ${count} ${count === 1 ? "port" : "ports"}, ${why}`),
    );
    return [...this.#notes, ...counted];
  }
}
