import type { Suspect } from "../../control/api.ts";
import { controlClient } from "../../control/client.ts";
import { visible } from "../../wire/visible.ts";
import { print, printJson, table } from "../output.ts";
import { controlSocket, type Place, settingsOf } from "../state.ts";

export interface ListOptions extends Place {
  readonly json?: boolean;
  readonly only: string;
}

export async function listSuspects({ json, only, ...place }: ListOptions): Promise<void> {
  const query = only === "all" ? "" : `?state=${only}`;
  const answer = await controlClient(controlSocket(settingsOf(place))).json(`/v1/suspects${query}`);
  const suspects = Array.isArray(answer) ? answer.filter(isSuspect).sort(byState) : [];
  if (json === true) for (const one of suspects) printJson(one);
  else
    print(
      suspects.length === 0
        ? (NOBODY[only] ?? "Nobody.")
        : table([["source", "state", "points", "since", "until", "why"], ...suspects.map(row)]),
    );
}

const NOBODY: Readonly<Record<string, string>> = { all: "Nothing is thought of anybody." };
const ORDER: readonly string[] = ["hostile", "suspect", "trusted", "known", "unknown"];

function byState(one: Suspect, other: Suspect): number {
  return ORDER.indexOf(one.state) - ORDER.indexOf(other.state) || other.score - one.score || (one.source < other.source ? -1 : 1);
}

function row({ source, state, score, since, until, reason }: Suspect): readonly string[] {
  return [source, state, String(score), since === 0 ? "configured" : moment(since), until === null ? "" : moment(until), visible(reason)];
}

function moment(ms: number): string {
  return new Date(Math.min(ms, LAST_MS)).toISOString().slice(0, 19).replace("T", " ");
}

/** ECMAScript's last moment. */
const LAST_MS = 8_640_000_000_000_000;

function isSuspect(value: unknown): value is Suspect {
  return typeof value === "object" && value !== null && "source" in value && "state" in value && "reason" in value;
}
