import type { Archive } from "../control/api.ts";
import type { IndexReader } from "../store/index/index-reader.ts";
import { asciicast } from "../store/recordings/asciicast.ts";
import type { Store } from "../store/store.ts";
import { StoreReader } from "../store/store-reader.ts";

/** The running sensor's own answers, from its index. Until the first index exists there is nothing to tell. */
export function sensorArchive(store: Store, folder: string): Archive {
  const files = new StoreReader(folder);
  let reader: IndexReader | undefined;
  const ask = <T>(question: (reader: IndexReader) => T, nothing: T): T => {
    reader ??= store.reader();
    return reader === undefined ? nothing : question(reader);
  };
  return {
    events: (query) => ask((index) => index.events(query), []),
    session: (id) => ask((index) => index.session(id), []),
    sessions: (query) => ask((index) => index.sessions(query), []),
    files: (limit) => ask((index) => index.files(limit), []),
    counts: (span) => ask((index) => index.counts(span), []),
    recording: (session, terminal) => {
      const frames = files.recording(session, terminal);
      if (frames === undefined) return undefined;
      const known = [...frames];
      const size = known.find(({ moment }) => moment.way === "size")?.moment;
      const { columns, rows } = size?.way === "size" ? size : { columns: 80, rows: 24 };
      return `${[...asciicast(known, { columns, rows, startSeconds: startOf(session) })].join("\n")}\n`;
    },
  };
}

/** A visit's id is a UUIDv7: its first 48 bits are Unix milliseconds. */
function startOf(session: string): number {
  return Math.floor(Number.parseInt(session.replaceAll("-", "").slice(0, 12), 16) / 1000);
}
