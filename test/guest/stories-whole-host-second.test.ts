/** The whole host, on Debian 12's own kernel: real files, users and processes, and what the machine itself says stays. */
import { storiesInGuest } from "./machine/stories-in-guest.ts";

storiesInGuest({ kernel: "6.1", scopes: [], half: "second" });
