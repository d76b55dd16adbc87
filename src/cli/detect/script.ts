import { randomBytes } from "node:crypto";
import { battery } from "../../detectors/battery/battery.ts";
import { encodeScript } from "../../detectors/battery/encode-script.ts";

/** Each script has marks of its own, which nothing on the host can have written beforehand. */
export function printScript(): void {
  process.stdout.write(encodeScript(battery, randomBytes(8).toString("hex")));
}
