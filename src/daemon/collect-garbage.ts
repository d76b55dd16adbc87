import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Gives back, once, what a start leaves behind: profiles, manifests and parsed settings that nothing needs any more. Left alone, an idle process
 * keeps them for hours, since nothing in it asks for memory.
 */
export function collectGarbageAfter(delayMs: number): void {
  setTimeout(() => {
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    if (typeof collect === "function") collect();
  }, delayMs).unref();
}
