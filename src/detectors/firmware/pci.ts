import { type Absence, type Files, isAbsence, lineOf } from "../views/files.ts";

/** The PCI functions of a host, by the two ways in which Linux shows them. */
export interface PciFunction {
  /** Domain, bus, device and function: `0000:00:0f.0`; /proc knows no domain and shows those of others by their bus alone. */
  readonly address: string;
  readonly vendor: number;
  readonly device: number;
  readonly subsystemVendor?: number;
  readonly subsystemDevice?: number;
  /** Base class, subclass and interface: 0x030000 is a VGA controller. */
  readonly class?: number;
  readonly driver?: string;
}

const MAX_FUNCTIONS = 4096;

/**
 * One line of /proc/bus/pci/devices (Linux, drivers/pci/proc.c, show_device), hexadecimal fields and tabs between:
 *
 *     busdevfn    4 digits   bus, then device (5 bits) and function (3)
 *     ids         8 digits   vendor and device
 *     irq         digits
 *     resources   14 fields  start and flags, then size, of seven regions
 *     driver      text       may be missing
 */
export function parsePciLine(line: string): PciFunction | undefined {
  const fields = line.trimEnd().split("\t");
  const [place = "", ids = "", irq] = fields;
  if (!(/^[0-9a-f]{4}$/i.test(place) && /^[0-9a-f]{8}$/i.test(ids)) || irq === undefined) return undefined;
  const number = Number.parseInt(place, 16);
  const driver = fields[17]?.trim() ?? "";
  return {
    address: `0000:${hex(number >> 8, 2)}:${hex((number >> 3) & 0x1f, 2)}.${number & 7}`,
    vendor: Number.parseInt(ids.slice(0, 4), 16),
    device: Number.parseInt(ids.slice(4), 16),
    ...(driver === "" ? {} : { driver }),
  };
}

/** All lines of /proc/bus/pci/devices that are of that form. */
export function parsePciDevices(text: string): readonly PciFunction[] {
  return text
    .split("\n", MAX_FUNCTIONS)
    .map(parsePciLine)
    .filter((one) => one !== undefined);
}

/** What /sys/bus/pci/devices shows; functions without a vendor or a device are left out. */
export function readPciFunctions(files: Files): readonly PciFunction[] | Absence {
  const addresses = files.list("/sys/bus/pci/devices");
  if (isAbsence(addresses)) return addresses;
  return addresses
    .slice(0, MAX_FUNCTIONS)
    .map((address) => readFunction(files, address))
    .filter((one) => one !== undefined);
}

function readFunction(files: Files, address: string): PciFunction | undefined {
  const at = `/sys/bus/pci/devices/${address}`;
  const [vendor, device] = [idOf(files, `${at}/vendor`), idOf(files, `${at}/device`)];
  if (vendor === undefined || device === undefined) return undefined;
  const subsystemVendor = idOf(files, `${at}/subsystem_vendor`);
  const subsystemDevice = idOf(files, `${at}/subsystem_device`);
  const kind = idOf(files, `${at}/class`);
  return {
    address,
    vendor,
    device,
    ...(subsystemVendor === undefined ? {} : { subsystemVendor }),
    ...(subsystemDevice === undefined ? {} : { subsystemDevice }),
    ...(kind === undefined ? {} : { class: kind }),
  };
}

function idOf(files: Files, path: string): number | undefined {
  const line = lineOf(files, path) ?? "";
  return /^0x[0-9a-f]{1,8}$/i.test(line) ? Number.parseInt(line, 16) : undefined;
}

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
