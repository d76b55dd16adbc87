import type { Structure } from "../../../../firmware/smbios-structure.ts";
import type { Instructions, LocalView, Registers } from "../../../../views/local-view.ts";
import type { Contents } from "../../../../views/memory-files.ts";
import { metalBut, metalFiles, metalInstructions } from "./metal.ts";
import { dmiTables } from "./metal-firmware.ts";
import { metalLog } from "./metal-kernel.ts";

/** The metal host with one thing changed, which is what each check's example shows. */

export const MAGIC = 0x564d5868;

export function registers(parts: Partial<Registers>): Registers {
  return { eax: 0, ebx: 0, ecx: 0, edx: 0, ...parts };
}

export const withFile = (path: string, entry: Contents[string]): LocalView => metalBut({ files: { [path]: entry } });
export const withFiles = (files: Contents): LocalView => metalBut({ files });
export const withLeaves = (leaves: Instructions["cpuid"]): LocalView => metalBut({ leaves });
export const withInstructions = (instructions: Partial<Instructions>): LocalView => metalBut({ instructions });

export function withPort(command: string, answer: Partial<Registers>): LocalView {
  return metalBut({ instructions: { vmwarePort: { ...metalInstructions.vmwarePort, [command]: registers(answer) } } });
}

export const withTables = (tables: Instructions["tables"]): LocalView =>
  metalBut({ instructions: { tables: { ...metalInstructions.tables, ...tables } } });

export const withName = (name: string, value: string): LocalView => withFile(`/sys/devices/virtual/dmi/id/${name}`, `${value}\n`);

export const withStructures = (structures: readonly Structure[]): LocalView => withFiles(dmiTables(structures));

/** Entries that take away everything below a path. */
export function goneBelow(path: string): Contents {
  const below = Object.keys(metalFiles).filter((one) => one === path || one.startsWith(`${path}/`));
  return Object.fromEntries([path, ...below].map((one) => [one, { absence: "absent" }]));
}

export const without = (path: string): LocalView => withFiles(goneBelow(path));

export function withLog(...lines: readonly string[]): LocalView {
  return metalBut({ parts: { kernelLog: [...metalLog, ...lines] } });
}

/** A text file of the metal host with every match replaced. */
export function edited(path: string, pattern: RegExp, by: string): LocalView {
  const before = metalFiles[path];
  return withFile(path, typeof before === "string" ? before.replaceAll(pattern, by) : "");
}
