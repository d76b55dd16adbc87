import { catalogue, type Kind } from "../../src/events/catalogue.ts";
import type { Field } from "../../src/events/field.ts";

/** docs/events.md: every kind of event, its fields, and where each goes in the Elastic Common Schema. */
export function eventsPage(): string {
  const kinds: readonly (readonly [string, Kind])[] = Object.entries(catalogue);
  return [
    "# Events",
    "",
    "Every event is one JSON object on one line. This page is made from `src/events/catalogue.ts`; version 1 of the form.",
    "",
    "| key | meaning | ECS |",
    "|---|---|---|",
    "| `v` | version of this form | |",
    "| `id` | UUIDv7, drawn where the event happened; repeats have the same | `event.id` |",
    "| `time` | RFC 3339, UTC, nine decimals | `@timestamp` |",
    "| `sensor` | the sensor's name | `observer.name` |",
    "| `kind` | one of the kinds below | `event.action` |",
    "| `session` | the visit, UUIDv7 | `deception.session.id` |",
    "| `decoy` | which decoy | `service.name` |",
    "| `transport` | tcp or udp | `network.transport` |",
    "| `source`, `destination` | `address` and `port` | `source.*`, `destination.*` |",
    "| `fields` | the kind's own fields | see each kind |",
    "| `raw` | under the same names, base64 of what the visitor sent where it is not UTF-8 | |",
    "",
    "*tainted* fields hold what the visitor chose: show them only through `visible` (`src/wire/visible.ts`).",
    "",
    ...kinds.flatMap(([name, kind]) => kindSection(name, kind)),
  ].join("\n");
}

function kindSection(name: string, kind: Kind): readonly string[] {
  const fields = Object.entries(kind.fields);
  const outcome = kind.ecs.outcome === undefined ? "" : `, outcome ${kind.ecs.outcome}`;
  return [
    `## ${name}`,
    "",
    kind.summary,
    "",
    `Reported by the ${kind.by}; kept as ${kind.retention}; ECS category ${kind.ecs.category.join(", ")}, type ${kind.ecs.type.join(", ")}${outcome}.`,
    "",
    ...(fields.length === 0
      ? ["No fields of its own.", ""]
      : ["| field | type | meaning | ECS |", "|---|---|---|---|", ...fields.map(fieldRow), ""]),
  ];
}

function fieldRow([name, field]: readonly [string, Field<unknown>]): string {
  const marks = [field.type, field.optional ? "optional" : "", field.tainted ? "tainted" : ""].filter((mark) => mark !== "").join(", ");
  return `| \`${name}\` | ${marks} | ${field.summary} | ${field.ecs === undefined ? `\`deception.${name}\`` : `\`${field.ecs}\``} |`;
}
