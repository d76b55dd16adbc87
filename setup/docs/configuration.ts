import { configurationShape } from "../../src/daemon/configuration.ts";
import { decoys } from "../../src/decoys/index.ts";
import { shapeRows } from "./shapes.ts";

/** docs/configuration.md: every key of the configuration file. */
export function configurationPage(): string {
  return [
    "# Configuration",
    "",
    "One YAML file, `utsusemi up --config FILE`; every key may be left out. A mistake names the key, the line, what is allowed and the nearest",
    "right spelling, and nothing starts; `utsusemi check FILE` tells without starting. This page is made from the shapes that check it.",
    "",
    "| key | allowed | stands when missing | meaning |",
    "|---|---|---|---|",
    ...shapeRows(configurationShape(decoys)),
    "",
    "## Example",
    "",
    "```yaml",
    "sensor: north-1",
    "persona: debian-12",
    "listen:",
    "  - { decoy: ssh, address: 0.0.0.0, port: 2222 }",
    "  - { decoy: telnet, address: 0.0.0.0, port: 2323 }",
    "retention:",
    "  evidence: { days: 730 }",
    "```",
    "",
  ].join("\n");
}
