import type { WaitQueue } from "../program.ts";

/** Those who wait for one thing. Waking empties the queue: who still has to wait adds itself again. */
export class Waiters implements WaitQueue {
  #wakers: Set<() => void> | undefined;

  add(wake: () => void): void {
    this.#wakers ??= new Set();
    this.#wakers.add(wake);
  }

  remove(wake: () => void): void {
    this.#wakers?.delete(wake);
  }

  wake(): void {
    const wakers = this.#wakers;
    this.#wakers = undefined;
    for (const wake of wakers ?? []) wake();
  }
}
