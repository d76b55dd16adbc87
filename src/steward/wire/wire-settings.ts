import { choice, flag, integer, list, type Of, object, optional, standard, text } from "../../shape/shape.ts";

/**
 * How the wire disguise is configured: the section `wire` of the configuration, and what the steward is asked with. What stands here is all
 * that anybody can make the engine do; the steward checks it again, and finds everything else out by itself.
 */
const network = text("An address, or a network such as 192.0.2.0/24", {
  pattern: /^[0-9a-fA-F.:]{2,45}(?:\/\d{1,3})?$/,
  allowed: "an address or a network",
});

const interfaceShape = object("An interface", {
  name: text("Its name", { pattern: /^[^\s/]{1,15}$/, allowed: "an interface's name" }),
  hook: standard(choice("Where the engine sits: tc suits every driver, xdp those that have it", ["tc", "xdp", "xdp-generic"]), "tc"),
});

const ports = text("A port, or a range such as 1-1023", { pattern: /^\d{1,5}(?:-\d{1,5})?$/, allowed: "a port or a range" });

const unusedShape = object("What ports answer that nobody listens on", {
  tarpit: standard(list("Ports that hold whoever connects", ports, 256), []),
  responders: standard(list("Sets of signatures/responders whose banners they say", text("Name"), 16), []),
  leaveOut: standard(list("Ports that stay as they are", ports, 256), []),
});

const handOverShape = object("A real service's port at which suspects reach a decoy", {
  port: integer("The real service's port", 1, 65_535),
  decoy: optional(text("A decoy of this sensor, by its name")),
  address: optional(text("A decoy elsewhere: a numeric address")),
  addressPort: optional(integer("And its port there; standard: the same", 1, 65_535)),
  keepSource: standard(flag("Whether that decoy sees who comes; it then has to answer through this host"), false),
});

const stackShape = object("How the stack looks to suspects; what is left out stays as it is", {
  ttl: optional(integer("Time to live, hop limit", 1, 255)),
  ipId: optional(choice("Identification of IPv4 packets", ["zero", "sequential", "random"])),
  options: optional(text("Order of the options of SYN-ACKs, such as mss,nop,wscale,sack,timestamps", { maxLength: 80 })),
});

export const wireShape = object("The wire disguise", {
  interfaces: list("Where; never lo", interfaceShape, 16),
  trusted: standard(list("Who is never answered by the engine", network, 1000), []),
  unused: standard(unusedShape, { tarpit: [], responders: [], leaveOut: [] }),
  patterns: standard(flag("Whether packets are matched with signatures/wire"), true),
  patternsFolder: optional(text("A folder with patterns of your own instead")),
  land: standard(flag("Whether the host is dead for a minute to who sends LAND packets"), true),
  delayMs: standard(integer("How late suspects are answered, milliseconds; 0: not", 0, 1000), 0),
  stack: standard(stackShape, {}),
  handOver: standard(list("Where suspects land instead of real services", handOverShape, 64), []),
  sources: standard(integer("Sources remembered in each map that may forget", 1, 1_048_576), 65_536),
});

export type WireSettings = Of<typeof wireShape>;
