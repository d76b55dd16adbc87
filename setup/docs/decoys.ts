import { decoys } from "../../src/decoys/index.ts";
import { shapeRows } from "./shapes.ts";

/** docs/decoys.md: every decoy, what the operator may set, and what a persona says of it. */
export function decoysPage(): string {
  return [
    "# Decoys",
    "",
    "A decoy is one folder under `src/decoys/` and one line in each of `src/decoys/index.ts` and `src/decoys/descriptions.ts`. This page is made from their own descriptions.",
    "",
    ...decoys.flatMap((decoy) => [
      `## ${decoy.name}`,
      "",
      decoy.summary,
      "",
      `Ports: ${decoy.standardPorts.join(", ")}; without privileges ${decoy.unprivilegedPorts.join(", ")} (${decoy.transport}).`,
      "",
      "### Options",
      "",
      "| key | allowed | stands when missing | meaning |",
      "|---|---|---|---|",
      ...shapeRows(decoy.options),
      "",
      "### Persona",
      "",
      "| key | allowed | stands when missing | meaning |",
      "|---|---|---|---|",
      ...shapeRows(decoy.persona),
      "",
    ]),
  ].join("\n");
}
