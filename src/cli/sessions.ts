import type { Command } from "commander";
import { duration } from "../insight/narrative.ts";
import type { SessionQuery } from "../store/index/index-reader.ts";
import type { SessionSummary } from "../store/index/session-summary.ts";
import { visible } from "../wire/visible.ts";
import { configOption, isoTime, jsonOption, stateOption, wholeNumber } from "./options.ts";
import { print, printJson, table } from "./output.ts";
import { type Place, withStore } from "./state.ts";

interface SessionsOptions extends Place {
  readonly json?: boolean;
  readonly since?: string;
  readonly source?: string;
  readonly limit: number;
}

export function addSessions(program: Command): void {
  program
    .command("sessions")
    .description("visits, newest first")
    .addOption(jsonOption())
    .option("--since <time>", "with something after this time (ISO 8601)", isoTime)
    .option("--source <address>", "of this visitor")
    .option("--limit <n>", "the newest n", wholeNumber(1), 50)
    .addOption(stateOption())
    .addOption(configOption())
    .action(showSessions);
}

async function showSessions(options: SessionsOptions): Promise<void> {
  await withStore(options, (reader) => {
    const found = reader.questions.sessions(queryOf(options));
    if (options.json === true) for (const session of found) printJson(session);
    else print(found.length === 0 ? "No visits." : table([HEADINGS, ...found.map(row)]));
  });
}

const HEADINGS = ["id", "start", "length", "decoy", "from", "logins", "lines", "files", "client"];

function queryOf({ limit, since, source }: SessionsOptions): SessionQuery {
  return { limit, ...(since === undefined ? {} : { since }), ...(source === undefined ? {} : { source }) };
}

function row(session: SessionSummary): readonly string[] {
  const entered = session.credentials.find(({ accepted }) => accepted);
  const logins = `${session.attempts}${entered === undefined ? "" : " (in)"}`;
  const length = duration(Date.parse(session.end) - Date.parse(session.start)) + (session.closed ? "" : " +");
  return [
    session.id.slice(-6),
    session.start.slice(0, 19).replace("T", " "),
    length,
    session.decoy ?? "",
    session.source?.address ?? "",
    logins,
    String(session.commands),
    String(session.files.length),
    visible(session.client ?? ""),
  ];
}
