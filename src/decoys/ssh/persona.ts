import { choice, flag, integer, list, type Of, object, optional, type Problem, type Shape, text } from "../../shape/shape.ts";
import { connectionPersona } from "./connection/settings.ts";
import { ciphers } from "./crypto/ciphers.ts";
import { macs } from "./crypto/macs.ts";
import { hostKeyAlgorithms } from "./transport/host-key.ts";
import { kexMarkers, kexMethods } from "./transport/kex-method.ts";
import { compressions } from "./transport/key-change.ts";

const algorithmName = text("Algorithm name", {
  pattern: /^[!-+\--~]{1,64}$/,
  allowed: "printable ASCII without comma, at most 64 characters",
});
const line = text("Text with its line end", { maxLength: 255 });

/**
 * Which SSH server a host shows. The lists are announced exactly as they stand here, markers such as `kex-strict-s-v00@openssh.com`
 * and `ext-info-s` in their place among the key exchanges: they alone decide whether strict key exchange is spoken.
 */
const listed = object("SSH server", {
  ident: text("Identification string without line end (RFC 4253 §4.2)", {
    pattern: /^SSH-(2\.0|1\.99)-[ -~]{1,240}$/,
    allowed: "SSH-2.0-software comments",
  }),
  family: choice("Whose reactions to bad input it shows", ["openssh", "dropbear", "twisted"]),
  kex: list("Key exchange methods and markers", algorithmName),
  hostKeys: list("Host key algorithms", algorithmName),
  ciphers: list("Ciphers, both ways", algorithmName),
  macs: list("Message authentication codes, both ways", algorithmName),
  compressions: list("Compression methods, both ways", algorithmName),
  extInfo: optional(
    object("SSH_MSG_EXT_INFO, sent when the visitor lists ext-info-c", {
      signatures: list("server-sig-algs", algorithmName),
      extensions: list("Further extensions in order", object("An extension", { name: text("Name"), value: text("Value") })),
    }),
  ),
  moduliBits: list("Sizes in its moduli file, bits; empty: none", integer("Bits", 1024, 8192)),
  gexOldRequest: flag("Group exchange also takes the old request (RFC 4419 §5, SSH_MSG_KEX_DH_GEX_REQUEST_OLD)"),
  texts: object("What it says in clear text, outside of packets; absent: nothing, or the product's own disconnect", {
    invalidIdent: optional(line),
    majorVersionsDiffer: optional(line),
    packetTooLong: optional(line),
  }),
  rekey: object("When it asks for new keys", {
    maxBytes: integer("After so many bytes in one direction", 1, 2 ** 40),
    maxSeconds: integer("After so many seconds; 0: never", 0, 2 ** 31),
  }),
  auth: object("Logging in", {
    methods: list("Methods that can continue, as listed in a failure", algorithmName),
    maxTries: integer("Failures until it disconnects", 1, 1000),
    graceSeconds: integer("Seconds until it gives up waiting for a login; 0: never", 0, 2 ** 31),
    failureDelayMs: integer("Milliseconds before a wrong password is answered", 0, 60_000),
    prompt: text("What keyboard-interactive asks"),
  }),
  unsupportedFails: flag(
    "Imitation: names in the lists that do not work here are announced all the same, and fail when they are negotiated",
  ),
  connection: connectionPersona,
});

export type SshPersona = Of<typeof listed>;

/** Which SSH server a host shows; refuses a persona of a real system that announces what does not work here. */
export const sshPersona: Shape<SshPersona> = {
  ...listed,
  check: (value, path, problems) => {
    const persona = listed.check(value, path, problems);
    if (persona !== undefined && problems.length === 0)
      problems.push(...findIdle(persona).map((problem) => ({ ...problem, path: [...path, ...problem.path] })));
    return persona;
  },
};

type NameList = "kex" | "hostKeys" | "ciphers" | "macs" | "compressions";

function findIdle(persona: SshPersona): Problem[] {
  if (persona.unsupportedFails) return [];
  const known: Readonly<Record<NameList, readonly string[]>> = {
    kex: [...Object.keys(kexMethods), ...Object.values(kexMarkers)],
    hostKeys: Object.keys(hostKeyAlgorithms),
    ciphers: [...ciphers.keys()],
    macs: [...macs.keys()],
    compressions: compressions,
  };
  const lists: readonly NameList[] = ["kex", "hostKeys", "ciphers", "macs", "compressions"];
  const unknown = lists.flatMap((list) =>
    persona[list].flatMap((name, index): Problem[] =>
      known[list].includes(name)
        ? []
        : [{ path: [list, index], why: "does not work here: announce only what works, or set unsupportedFails", choices: known[list] }],
    ),
  );
  const hasExchange = persona.kex.some((name) => kexMethods[name]?.way === "group exchange");
  if (hasExchange && persona.moduliBits.length === 0)
    unknown.push({ path: ["moduliBits"], why: "must have a size, since kex has a group exchange" });
  return unknown;
}
