/** The backported kernel, on a virtual machine that says what it is: the services of a slice. */
import { storiesInGuest } from "./machine/stories-in-guest.ts";

storiesInGuest({ kernel: "6.12", machine: "QEMU's own machine", scopes: ["slice:traps"], half: "first" });
