import type { Example } from "../../../../check.ts";
import type { RemoteView } from "../../../../views/remote-view.ts";
import { binaryExamples } from "./binary-examples.ts";
import { databaseExamples } from "./database-examples.ts";
import { hostExamples } from "./host-examples.ts";
import { httpExamples } from "./http-examples.ts";
import { lineExamples } from "./line-examples.ts";
import { sshExamples } from "./ssh-examples.ts";

/** For each check of the kind a host that shows it and one that is clean; clean ones are real servers wherever we had them. */
export const examples: Readonly<Record<string, Example<RemoteView>>> = {
  ...sshExamples,
  ...httpExamples,
  ...lineExamples,
  ...databaseExamples,
  ...binaryExamples,
  ...hostExamples,
};
