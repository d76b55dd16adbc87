import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../../errors/operator-error.ts";
import { checkShape } from "../../shape/shape.ts";
import { sync } from "../ledger/ledger-store.ts";
import { type WireSettings, wireShape } from "./wire-settings.ts";

/**
 * What the wire is to be like, kept until `wire down`: a steward that begins brings it about again. It stands in the steward's own folder, whole
 * or not at all, wherever it is interrupted.
 */
export interface Wish {
  readonly settings: WireSettings;
  /** ISO 8601. */
  readonly since: string;
}

export function keepWish(folder: string, wish: Wish): void {
  const draft = join(folder, ".wire");
  const file = openSync(draft, "w", 0o600);
  try {
    writeSync(file, `${JSON.stringify(wish)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, fileIn(folder));
  sync(folder);
}

/** @throws OperatorError `state-unusable` where it is not as it was written */
export function keptWish(folder: string): Wish | undefined {
  const text = textOf(fileIn(folder));
  if (text === undefined) return undefined;
  const kept = objectIn(text);
  const { value } = checkShape(wireShape, kept["settings"]);
  if (value !== undefined && typeof kept["since"] === "string") return { settings: value, since: kept["since"] };
  throw new OperatorError("state-unusable", `${fileIn(folder)} is not as it was written.`, {
    next: "Take it away with `utsusemi wire down`, and ask anew with `utsusemi wire up`.",
  });
}

/** True: there was one. */
export function forgetWish(folder: string): boolean {
  const was = textOf(fileIn(folder)) !== undefined;
  rmSync(fileIn(folder), { force: true });
  if (was) sync(folder);
  return was;
}

function fileIn(folder: string): string {
  return join(folder, "wire.json");
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
