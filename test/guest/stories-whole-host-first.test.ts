/** The whole host, on the backported kernel: real files, users and processes, and what the machine itself says stays. */
import { storiesInGuest } from "./machine/stories-in-guest.ts";

storiesInGuest({ kernel: "6.12", machine: "QEMU's own machine", scopes: [], half: "first" });
