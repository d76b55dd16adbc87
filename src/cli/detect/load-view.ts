import { parseTranscript } from "../../detectors/battery/parse-transcript.ts";
import type { Detection } from "../../detectors/detection.ts";
import { detectLocal } from "../../detectors/local-detectors.ts";
import { detectRemote } from "../../detectors/remote-detectors.ts";
import { parseView } from "../../detectors/views/view-file.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import { readNamedFile } from "../read-named-file.ts";

/** A detection from a file: a saved view, local or remote, or what the script of `detect script` printed. Judged by today's checks. */
export function loadDetection(file: string): Detection {
  const text = readNamedFile(file);
  if (!text.trimStart().startsWith("{")) return fromTranscript(file, text);
  const parsed = parseView(text);
  if (parsed.status !== "done") throw unreadable(file, parsed.status === "malformed" ? parsed.why : "it ends too early");
  return parsed.value.kind === "local" ? detectLocal(parsed.value.view) : detectRemote(parsed.value.view);
}

function fromTranscript(file: string, text: string): Detection {
  const parsed = parseTranscript(text);
  if (parsed.status !== "done") throw unreadable(file, parsed.status === "malformed" ? parsed.why : "it ends too early");
  return detectLocal({ takenAtMs: Date.now(), measurements: {}, ...parsed.value });
}

function unreadable(file: string, why: string): OperatorError {
  return new OperatorError("view-unreadable", `${file} is no saved view and no output of the detection script: ${why}.`);
}
