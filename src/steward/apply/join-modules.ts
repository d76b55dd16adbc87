import type { Change, ModuleChange, ModuleSettingsText } from "../ledger/change.ts";

/** Several scopes of one disguise load one module: its settings name all of them, and are otherwise the same. */
export function joinModules(changes: readonly Change[]): readonly Change[] {
  const joined: Change[] = [];
  for (const change of changes) {
    const at = change.kind === "module" ? joined.findIndex((one) => one.kind === "module" && one.name === change.name) : -1;
    const former = joined[at];
    if (change.kind === "module" && former?.kind === "module") joined[at] = asOne(former, change);
    else joined.push(change);
  }
  return joined;
}

function asOne(one: ModuleChange, other: ModuleChange): ModuleChange {
  const settings =
    one.settings === undefined || other.settings === undefined ? (one.settings ?? other.settings) : lines(one.settings, other.settings);
  return { ...one, ...(settings === undefined ? {} : { settings }) };
}

/** A line a setting (kernel/module/settings.c); which comes first means nothing. */
function lines({ path, text }: ModuleSettingsText, other: ModuleSettingsText): ModuleSettingsText {
  const all = new Set([...text.split("\n"), ...other.text.split("\n")].filter((line) => line !== ""));
  return { path, text: [...all].map((line) => `${line}\n`).join("") };
}
