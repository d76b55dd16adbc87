import { textOf } from "../detectors/views/files.ts";
import type { LocalView } from "../detectors/views/local-view.ts";
import type { Site } from "./effect.ts";

/** The numbers of a host that forged answers have to fit. What the view does not tell is a small machine's. */
export function siteOf(view: LocalView, seed: string): Site {
  const cpuinfo = textOf(view.files, "/proc/cpuinfo") ?? "";
  const kib = Number(/^MemTotal:\s+(\d{1,15}) kB/m.exec(textOf(view.files, "/proc/meminfo") ?? "")?.[1] ?? "2097152");
  const told = Number(/^cpu MHz\s*: (\d{1,6})/m.exec(cpuinfo)?.[1] ?? "2000");
  const hertz = view.instructions?.tscHz;
  return {
    seed,
    memoryMiB: installedMiB(kib / 1024),
    processors: Math.max(1, (cpuinfo.match(/^processor\s*:/gm) ?? []).length),
    megahertz: hertz === undefined ? told : Math.round(hertz / 1e6),
  };
}

/** The kernel keeps some for itself: the next size in which memory is given to machines, at most a twentieth above. */
function installedMiB(seen: number): number {
  const step = seen > 16_384 ? 1024 : seen > 2048 ? 256 : 64;
  return Math.ceil(seen / step) * step;
}
