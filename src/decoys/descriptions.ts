import type { DecoyDescription } from "../decoy/decoy.ts";
import { responderDescription } from "./responder/description.ts";
import { sshDescription } from "./ssh/description.ts";
import { telnetDescription } from "./telnet/description.ts";

/**
 * Every decoy that there is, without its code: all that the parent process and the command line need, and a third of what there is to load.
 * Workers use `index.ts`; a test holds both lists together.
 */
export const decoyDescriptions: readonly DecoyDescription[] = [sshDescription, telnetDescription, responderDescription];
