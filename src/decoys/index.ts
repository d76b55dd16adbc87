import type { Decoy } from "../decoy/decoy.ts";
import { responder } from "./responder/decoy.ts";
import { ssh } from "./ssh/decoy.ts";
import { telnet } from "./telnet/decoy.ts";

/** Every decoy that there is: one line each. */
export const decoys: readonly Decoy[] = [ssh, telnet, responder];
