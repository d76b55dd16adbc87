/** Debian 12's own kernel, on a machine like metal: a service and real logins. */
import { storiesInGuest } from "./machine/stories-in-guest.ts";

storiesInGuest({ kernel: "6.1", scopes: ["service:looker", "user:deploy"], half: "second" });
