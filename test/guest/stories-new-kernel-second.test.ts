/** The backported kernel, on a virtual machine that says what it is: a service and real logins. */
import { storiesInGuest } from "./machine/stories-in-guest.ts";

storiesInGuest({ kernel: "6.12", machine: "QEMU's own machine", scopes: ["service:looker", "user:deploy"], half: "second" });
