import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** What two hosts do not share (machine-id(5)), and all who draw responders on one host do; no secret. */
export function hostSeed(): string {
  try {
    return readFileSync("/etc/machine-id", "utf8").trim();
  } catch {
    return hostname();
  }
}
