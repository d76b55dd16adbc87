import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { OperatorError } from "../../errors/operator-error.ts";
import { checkYaml, mistakeLine } from "../../shape/checked-yaml.ts";
import { choice, integer, list, type Of, object, standard, text } from "../../shape/shape.ts";

/**
 * Sets of responders: which fingerprints stand together at which ports, as one product shows them. A host that shows everything at once is
 * no honeypot that anybody runs, so an operator chooses sets and a site draws from them.
 */
const service = object("A port", {
  port: integer("Number", 1, 65_535),
  transport: standard(choice("What is spoken there", ["tcp", "udp"]), "tcp"),
  fingerprints: list("Ids of fingerprints; the first that has something to say says it", text("Id"), 64),
  often: standard(integer("On how many of 100 sites", 1, 100), 100),
});

const setShape = object("A set of responders", {
  set: text("Its name, as the file is named", { pattern: /^[a-z][a-z0-9-]{1,40}$/ }),
  title: text("For people"),
  about: text("Whom it shows"),
  services: list("Ports", service, 64),
});

export type ResponderSet = Of<typeof setShape>;

export const setsFolder = join(import.meta.dirname, "..", "..", "..", "signatures", "responders");

export function setNames(folder = setsFolder): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => basename(file, ".yaml"))
    .sort();
}

/** @throws OperatorError `responders-invalid`, a line for each mistake. */
export function loadSet(name: string, folder = setsFolder): ResponderSet {
  const names = setNames(folder);
  if (!names.includes(name))
    throw new OperatorError("responders-invalid", `There is no set of responders ${name}.`, { next: `There are: ${names.join(", ")}.` });
  const file = join(folder, `${name}.yaml`);
  const { value, mistakes } = checkYaml(readFileSync(file, "utf8"), setShape);
  if (value === undefined || value.set !== name)
    throw new OperatorError(
      "responders-invalid",
      mistakes.map((mistake) => mistakeLine(file, mistake)).join("\n") || `${file} is named otherwise inside.`,
    );
  return value;
}
