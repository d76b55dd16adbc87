import { encodeAcpiTable, readAcpiTables } from "../../detectors/firmware/acpi.ts";
import type { Contents } from "../../detectors/views/memory-files.ts";
import { type EffectOf, type Effects, type Host, unavailable } from "./effect-of.ts";

/** ACPI tables of this host under another maker's signature: bodies stay, headers and checksums are made anew. */
interface Signature {
  readonly oemId: string;
  /** `%` stands for the table's own signature. */
  readonly oemTableId: string;
  readonly creatorId: string;
  readonly creatorRevision: number;
}

const TABLES = "/sys/firmware/acpi/tables";

const SIGNATURES: Readonly<Record<string, Signature>> = {
  vmware: { oemId: "VMWARE", oemTableId: "VMW%   ", creatorId: "VMW ", creatorRevision: 0x000f_4240 },
  virtualbox: { oemId: "VBOX  ", oemTableId: "VBOX%", creatorId: "ASL ", creatorRevision: 0x61 },
  bochs: { oemId: "BOCHS ", oemTableId: "BXPC    ", creatorId: "BXPC", creatorRevision: 1 },
  metal: { oemId: "SUPERM", oemTableId: "SMCI--MB", creatorId: "AMI ", creatorRevision: 0x0001_0013 },
};

function signed(signature: Signature): EffectOf {
  return ({ view }: Host) => {
    const tables = readAcpiTables(view.files);
    if (typeof tables === "string")
      return unavailable(tables === "absent" ? "this host has no ACPI tables" : "the ACPI tables were not looked at");
    const files: Contents = Object.fromEntries(
      tables.flatMap(({ name, table }) => {
        if (typeof table === "string" || table.status !== "done") return [];
        const { body, ...header } = table.value;
        const oemTableId = signature.oemTableId.replace("%", header.signature).slice(0, 8);
        return [[`${TABLES}/${name}`, encodeAcpiTable({ ...header, ...signature, oemTableId }, body)]];
      }),
    );
    return Object.keys(files).length === 0 ? unavailable("the ACPI tables may not be read by whoever asks") : { files };
  };
}

/** Microsoft, Windows ACPI emulated devices table: one word of flags, bit 0 a clock and bit 1 a timer that need no care. */
const waet: EffectOf = ({ view }) => {
  if (typeof readAcpiTables(view.files) === "string") return unavailable("this host has no ACPI tables");
  const header = {
    signature: "WAET",
    revision: 1,
    oemId: "VMWARE",
    oemTableId: "VMW WAET",
    oemRevision: 0x0604_0000,
    creatorId: "VMW ",
    creatorRevision: 1,
  };
  return { files: { [`${TABLES}/WAET`]: encodeAcpiTable(header, Uint8Array.of(3, 0, 0, 0)) } };
};

export const acpiEffects: Effects = {
  ...Object.fromEntries(Object.entries(SIGNATURES).map(([name, signature]) => [`firmware.acpi.${name}`, signed(signature)])),
  "firmware.acpi.waet": waet,
};
