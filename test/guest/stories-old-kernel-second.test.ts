/** Debian 12's own kernel, on a machine like metal: the services of a slice. */
import { storiesInGuest } from "./machine/stories-in-guest.ts";

storiesInGuest({ kernel: "6.1", scopes: ["slice:traps"], half: "second" });
