/** How the makers of hypervisors fill in the firmware of their guests, and one maker of boards. A line end is added where it is shown. */
export interface MachineIdentity {
  readonly biosVendor: string;
  readonly biosVersion: string;
  readonly biosDate: string;
  readonly vendor: string;
  readonly product: string;
  readonly productVersion: string;
  readonly family: string;
  readonly sku: string;
  readonly boardVendor: string;
  readonly board: string;
  readonly boardVersion: string;
  readonly chassisVendor: string;
  readonly chassisVersion: string;
  /** DSP0134 §7.4.1. */
  readonly chassisType: number;
  readonly processorVendor: string;
  readonly processorVersion: string;
  readonly memoryVendor: string;
  readonly oemStrings: readonly string[];
  readonly vmBit: boolean;
  /** `VMware-56 4d ...`, or digits of the site's behind a beginning. */
  readonly serial: "vmware" | "digits" | "none";
  readonly uuidBegins: string;
}

const intelOfSite = { processorVendor: "GenuineIntel", processorVersion: "" } as const;

export const machineIdentities = {
  vmware: {
    ...intelOfSite,
    biosVendor: "Phoenix Technologies LTD",
    biosVersion: "6.00",
    biosDate: "11/12/2020",
    vendor: "VMware, Inc.",
    product: "VMware Virtual Platform",
    productVersion: "None",
    family: "",
    sku: "",
    boardVendor: "Intel Corporation",
    board: "440BX Desktop Reference Platform",
    boardVersion: "None",
    chassisVendor: "No Enclosure",
    chassisVersion: "N/A",
    chassisType: 1,
    memoryVendor: "VMware Virtual RAM",
    oemStrings: ["[MS_VM_CERT/SHA1/27d66596a61c48dd3dc7216fd715126e33f59ae7]", "Welcome to the Virtual Machine"],
    vmBit: false,
    serial: "vmware",
    uuidBegins: "564d",
  },
  virtualbox: {
    ...intelOfSite,
    biosVendor: "innotek GmbH",
    biosVersion: "VirtualBox",
    biosDate: "12/01/2006",
    vendor: "innotek GmbH",
    product: "VirtualBox",
    productVersion: "1.2",
    family: "Virtual Machine",
    sku: "",
    boardVendor: "Oracle Corporation",
    board: "VirtualBox",
    boardVersion: "1.2",
    chassisVendor: "Oracle Corporation",
    chassisVersion: "",
    chassisType: 1,
    memoryVendor: "innotek GmbH",
    oemStrings: ["vboxVer_7.0.20", "vboxRev_163906"],
    vmBit: false,
    serial: "none",
    uuidBegins: "",
  },
  qemu: {
    processorVendor: "QEMU",
    processorVersion: "pc-i440fx-7.2",
    biosVendor: "SeaBIOS",
    biosVersion: "1.16.2-debian-1.16.2-1",
    biosDate: "04/01/2014",
    vendor: "QEMU",
    product: "Standard PC (i440FX + PIIX, 1996)",
    productVersion: "pc-i440fx-7.2",
    family: "",
    sku: "",
    boardVendor: "",
    board: "",
    boardVersion: "",
    chassisVendor: "QEMU",
    chassisVersion: "pc-i440fx-7.2",
    chassisType: 1,
    memoryVendor: "QEMU",
    oemStrings: [],
    vmBit: true,
    serial: "none",
    uuidBegins: "",
  },
  "hyper-v": {
    ...intelOfSite,
    biosVendor: "American Megatrends Inc.",
    biosVersion: "090008 ",
    biosDate: "12/07/2018",
    vendor: "Microsoft Corporation",
    product: "Virtual Machine",
    productVersion: "7.0",
    family: "Virtual Machine",
    sku: "None",
    boardVendor: "Microsoft Corporation",
    board: "Virtual Machine",
    boardVersion: "7.0",
    chassisVendor: "Microsoft Corporation",
    chassisVersion: "7.0",
    chassisType: 3,
    memoryVendor: "Microsoft Corporation",
    oemStrings: ["[MS_VM_CERT/SHA1/9b80ca0d5dd061ec9da4e494f4c3fd1196270c22]", "00000000000000000000000000000000", "To be filled by OEM"],
    vmBit: true,
    serial: "digits",
    uuidBegins: "",
  },
  xen: {
    ...intelOfSite,
    biosVendor: "Xen",
    biosVersion: "4.17.3",
    biosDate: "03/14/2024",
    vendor: "Xen",
    product: "HVM domU",
    productVersion: "4.17.3",
    family: "",
    sku: "",
    boardVendor: "",
    board: "",
    boardVersion: "",
    chassisVendor: "Xen",
    chassisVersion: "",
    chassisType: 1,
    memoryVendor: "",
    oemStrings: [],
    vmBit: false,
    serial: "none",
    uuidBegins: "",
  },
  metal: {
    ...intelOfSite,
    biosVendor: "American Megatrends Inc.",
    biosVersion: "3.4",
    biosDate: "11/01/2020",
    vendor: "Supermicro",
    product: "SYS-5019C-MR",
    productVersion: "0123456789",
    family: "To be filled by O.E.M.",
    sku: "To be filled by O.E.M.",
    boardVendor: "Supermicro",
    board: "X11SCM-F",
    boardVersion: "1.01A",
    chassisVendor: "Supermicro",
    chassisVersion: "0123456789",
    chassisType: 23,
    memoryVendor: "Samsung",
    oemStrings: ["Intel Haswell/Wellsburg/Grantley", "Supermicro motherboard-X11 Series"],
    vmBit: false,
    serial: "digits",
    uuidBegins: "00000000",
  },
} as const satisfies Readonly<Record<string, MachineIdentity>>;

export type IdentityName = keyof typeof machineIdentities;
