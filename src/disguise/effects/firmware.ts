import { encodeSmbios, parseEntryPoint } from "../../detectors/firmware/smbios.ts";
import { encodeStructure, parseStructureTable } from "../../detectors/firmware/smbios-structure.ts";
import { bios, VIRTUAL_MACHINE_BIT } from "../../detectors/firmware/smbios-types.ts";
import { exists, type Files, isAbsence } from "../../detectors/views/files.ts";
import type { Contents } from "../../detectors/views/memory-files.ts";
import { hexOf } from "../draw.ts";
import type { Effect, Site } from "../effect.ts";
import { type EffectOf, type Effects, type Host, unavailable } from "./effect-of.ts";
import { type IdentityName, type MachineIdentity, machineIdentities } from "./machine-identities.ts";
import { ENTRY_POINT, FIRST_BIOS, type Numbered, smbiosFiles, TABLE } from "./smbios-table.ts";

/**
 * What the firmware says, in three places that the kernel fills from one source: files of DMI strings, the SMBIOS table, and the structure of
 * type 0 alone. All are made from one identity, so that a story that takes all of them agrees with itself.
 */
const DMI = "/sys/devices/virtual/dmi/id";

/** Names and text of files; a host without such a folder gets it together with the link that leads there. */
function idFiles({ files }: Host["view"], values: Readonly<Record<string, string>>): Contents {
  const link = exists(files, "/sys/class/dmi/id") === false ? { "/sys/class/dmi/id": { link: "../../devices/virtual/dmi/id" } } : {};
  return { ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`${DMI}/${name}`, `${value}\n`])), ...link };
}

function numbered(name: IdentityName, site: Site): Numbered {
  const identity: MachineIdentity = machineIdentities[name];
  const hex = hexOf(site, `uuid/${name}`, 32);
  const begun = `${identity.uuidBegins}${hex.slice(identity.uuidBegins.length)}`;
  // RFC 4122 §4.1.1 and §4.1.3: version 4, the usual variant, where nothing else is asked for.
  const digits = identity.uuidBegins === "" ? `${begun.slice(0, 12)}4${begun.slice(13, 16)}a${begun.slice(17)}` : begun;
  const uuid = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return { identity, uuid, site, serial: serialOf(identity, digits) };
}

/** VMware's serial number is its UUID in pairs of digits. */
function serialOf({ serial }: MachineIdentity, digits: string): string {
  if (serial === "none") return "0";
  if (serial === "digits") return `S${(BigInt(`0x${digits.slice(-14)}`) % 10n ** 14n).toString().padStart(14, "0")}`;
  const pairs = digits.match(/../g) ?? [];
  return `VMware-${pairs.slice(0, 8).join(" ")}-${pairs.slice(8).join(" ")}`;
}

type Part = "vendor" | "product" | "board" | "bios" | "chassis" | "serial" | "modalias";

function valuesOf(part: Part, machine: Numbered): Readonly<Record<string, string>> {
  const { identity: one, serial, uuid } = machine;
  const parts: Readonly<Record<Part, Readonly<Record<string, string>>>> = {
    vendor: { sys_vendor: one.vendor },
    product: { product_name: one.product, product_version: one.productVersion, product_family: one.family, product_sku: one.sku },
    board: { board_vendor: one.boardVendor, board_name: one.board, board_version: one.boardVersion },
    bios: { bios_vendor: one.biosVendor, bios_version: one.biosVersion, bios_date: one.biosDate },
    chassis: { chassis_vendor: one.chassisVendor, chassis_type: String(one.chassisType), chassis_version: one.chassisVersion },
    serial: { product_serial: serial, product_uuid: uuid },
    modalias: { modalias: modaliasOf(one) },
  };
  return parts[part];
}

/** Linux drivers/firmware/dmi-id.c, get_modalias: spaces and colons are left out of each text. */
function modaliasOf(one: MachineIdentity): string {
  const fields: readonly (readonly [string, string])[] = [
    ["bvn", one.biosVendor],
    ["bvr", one.biosVersion],
    ["bd", one.biosDate],
    ["svn", one.vendor],
    ["pn", one.product],
    ["pvr", one.productVersion],
    ["rvn", one.boardVendor],
    ["rn", one.board],
    ["rvr", one.boardVersion],
    ["cvn", one.chassisVendor],
    ["ct", String(one.chassisType)],
    ["cvr", one.chassisVersion],
    ["sku", one.sku],
  ];
  return `dmi:${fields.map(([name, value]) => `${name}${value.replaceAll(/[ :]/g, "")}:`).join("")}`;
}

const PARTS: readonly Part[] = ["vendor", "product", "board", "bios", "chassis", "serial", "modalias"];

const named =
  (name: IdentityName, part: Part): EffectOf =>
  ({ view, site }) => ({ files: idFiles(view, valuesOf(part, numbered(name, site))) });

const table =
  (name: IdentityName): EffectOf =>
  ({ site }) => ({ files: smbiosFiles(numbered(name, site)) });

function effectsOf(name: IdentityName): Effects {
  const parts = PARTS.map((part): [string, EffectOf] => [`firmware.${part}.${name}`, named(name, part)]);
  return Object.fromEntries([...parts, [`firmware.table.${name}`, table(name)]]);
}

/** Everything at once: a machine that is dressed as metal must leave no name of the old one. */
function metal({ view, site }: Host): Effect {
  const machine = numbered("metal", site);
  const values = Object.assign({}, ...PARTS.map((part) => valuesOf(part, machine)), {
    board_serial: machine.serial,
    chassis_serial: machine.serial,
    board_asset_tag: "To be filled by O.E.M.",
    chassis_asset_tag: "To be filled by O.E.M.",
  });
  return { files: { ...idFiles(view, values), ...smbiosFiles(machine) } };
}

/** The bit in the host's own table, with its checksum; without a table there is no structure to set it in. */
function vmBit({ view }: Host): ReturnType<EffectOf> {
  const files = tableFiles(view.files);
  return files === undefined ? unavailable("the SMBIOS table is not on this host or may not be read") : { files };
}

function tableFiles(files: Files): Contents | undefined {
  const [entryPoint, bytes] = [files.read(ENTRY_POINT), files.read(TABLE)];
  if (isAbsence(entryPoint) || isAbsence(bytes)) return undefined;
  const parsed = parseEntryPoint(entryPoint);
  const { structures, stopped } = parseStructureTable(bytes);
  if (parsed.status !== "done" || stopped !== "end") return undefined;
  const changed = structures.map((one) => {
    if (one.type !== bios.type) return one;
    const formatted = Uint8Array.from(one.formatted);
    const at = 0x13 - 4;
    if (formatted.length > at) formatted[at] = (formatted[at] ?? 0) | VIRTUAL_MACHINE_BIT;
    return { ...one, formatted };
  });
  const first = changed.find(({ type }) => type === bios.type);
  const encoded = encodeSmbios(parsed.value, changed);
  return {
    [ENTRY_POINT]: encoded.entryPoint,
    [TABLE]: encoded.table,
    ...(first === undefined ? {} : { [FIRST_BIOS]: encodeStructure(first) }),
  };
}

const kvmProduct: EffectOf = ({ view }) => ({ files: idFiles(view, { product_name: "KVM" }) });

export const firmwareEffects: Effects = {
  ...effectsOf("vmware"),
  ...effectsOf("virtualbox"),
  ...effectsOf("qemu"),
  ...effectsOf("hyper-v"),
  ...effectsOf("xen"),
  "firmware.product.kvm": kvmProduct,
  "firmware.vm-bit": vmBit,
  "firmware.metal": metal,
};
