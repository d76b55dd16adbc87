import type { Decoy } from "../../src/decoy/decoy.ts";

/** The decoys that some modules export, one by one or in a list. */
export async function decoysIn(paths: readonly string[]): Promise<readonly Decoy[]> {
  const modules: readonly unknown[] = await Promise.all(paths.map((path) => import(path)));
  return modules
    .flatMap((module) => Object.values(Object(module)))
    .flat()
    .filter(isDecoy);
}

function isDecoy(value: unknown): value is Decoy {
  return typeof value === "object" && value !== null && "open" in value && "unprivilegedPorts" in value;
}
