import type { Program } from "../../program.ts";
import { busybox } from "./busybox.ts";

export const busyboxPrograms: readonly Program[] = [busybox];
