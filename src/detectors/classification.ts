/**
 * The classes in which the literature sorts what gives a honeypot away, and the side from which it is seen.
 *
 * Source: Kitazawa and Shinoda, "Fake Honeypot": properties of honeypots, their restricted kind, their logging, the virtual machine
 * below them; each remote or local.
 */
export const TRAIT_CLASSES = ["trait", "kind", "logging", "virtual-machine"] as const;
export type TraitClass = (typeof TRAIT_CLASSES)[number];

export const SIDES = ["remote", "local"] as const;
export type Side = (typeof SIDES)[number];

export const classTitles: Readonly<Record<TraitClass, string>> = {
  trait: "Honeypot trait",
  kind: "Kind, restricted",
  logging: "Logging",
  "virtual-machine": "Virtual machine",
};
