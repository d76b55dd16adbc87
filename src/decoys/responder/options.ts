import { flag, integer, list, type Of, object, optional, standard, text } from "../../shape/shape.ts";

const BASE64 = { pattern: /^[A-Za-z0-9+/]*={0,2}$/, allowed: "base64" };

/** A piece of an answer: fixed bytes, or something that the visitor said. */
const part = object("A piece", {
  bytes: optional(text("Fixed bytes, base64", BASE64)),
  echoAt: optional(integer("Repeats what the visitor said from this byte on", 0, 65_535)),
  echoSize: optional(integer("So many bytes of it", 1, 4096)),
  header: optional(text("Repeats the value of this header")),
  bare: optional(flag("Without its angle brackets")),
});

const row = object("Something that is said once", {
  shows: text("The fingerprint that it is"),
  greeting: standard(list("Said when somebody connects", part, 64), []),
  on: standard(text("Said when the visitor has said this, base64; empty: anything", BASE64), ""),
  until: standard(text("And this somewhere behind it, such as the end of a line, base64", BASE64), ""),
  least: standard(integer("And so many bytes in all", 0, 8192), 0),
  answer: list("What is said", part, 256),
  closes: standard(flag("The connection ends after it"), false),
});

const service = object("A port", {
  port: integer("Number", 1, 65_535),
  rows: list("What it says", row, 256),
});

/** What the operator may set about responders; the sensor fills it in from `responders` and the signatures. */
export const responderOptions = object("Responder decoy", {
  services: standard(list("What is said at which port", service, 4096), []),
});

export type ResponderOptions = Of<typeof responderOptions>;
export type ResponderRow = ResponderOptions["services"][number]["rows"][number];
export type ResponderPart = ResponderRow["answer"][number];
