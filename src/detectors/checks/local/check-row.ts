import type { Check } from "../../check.ts";
import type { LocalView } from "../../views/local-view.ts";

/** What differs between the checks of one family. */
export interface CheckRow {
  /** The last part of the id. */
  readonly name: string;
  readonly looksAt: string;
  readonly reason: string;
  readonly ratio: number;
  readonly judge: Check<LocalView>["judge"];
}

/** A family of checks from its rows; `prefix` is the first part of the ids. */
export function localFamily(
  rows: readonly CheckRow[],
  { prefix, ...shared }: Pick<Check<LocalView>, "class" | "family" | "source"> & { readonly prefix: string },
): readonly Check<LocalView>[] {
  return rows.map(({ name, ...row }) => ({ ...row, ...shared, side: "local", id: `${prefix}.${name}` }));
}
