import type { Program } from "../../program.ts";
import { apt, aptCache, aptGet, aptitude } from "./apt.ts";
import { dpkg, dpkgQuery } from "./dpkg.ts";
import { dnf, opkg, rpm, yum } from "./others.ts";

/** Package managers, one line each; nothing is fetched, nothing installed. */
export const packagePrograms: readonly Program[] = [apt, aptCache, aptGet, aptitude, dnf, dpkg, dpkgQuery, opkg, rpm, yum];
