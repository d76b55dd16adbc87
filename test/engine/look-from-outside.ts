import { knownRemoteDetectors } from "../../src/detectors/known/remote/index.ts";
import { takeRemoteView } from "../../src/detectors/probes/remote/take-remote-view.ts";
import { wireMeasurements } from "../../src/detectors/probes/remote/wire-measurements.ts";
import { remoteChecks } from "../../src/detectors/remote-detectors.ts";
import type { PacketView } from "../../src/detectors/views/remote-view.ts";

/** What our own prober sees of a host, run where the visitor is: address, then ports by commas, then `land` or nothing. One line of JSON. */
export interface Look {
  readonly open: readonly number[];
  /** Ids of our own checks that show something. */
  readonly shown: readonly string[];
  readonly says: Readonly<Record<string, string>>;
  readonly packets: readonly PacketView[];
}

const [address = "", ports = "", land = ""] = process.argv.slice(2);
// Round trips and clocks take their time.
const { roundTrips: _roundTrips, clocks: _clocks, ...measurements } = wireMeasurements({ land: land === "land" });
const view = await takeRemoteView(address, {
  address,
  ports: ports.split(",").map(Number),
  stimuli: [],
  trials: false,
  measurements,
});
const look: Look = {
  open: view.ports.filter(({ state }) => state === "open").map(({ port }) => port),
  shown: remoteChecks.filter((check) => check.judge(view).verdict === "shown").map(({ id }) => id),
  says: Object.fromEntries(knownRemoteDetectors.map(({ id, judge }) => [id, judge(view).says])),
  packets: (view.packets ?? []).map(({ stimulus, answer }) =>
    answer === undefined ? { stimulus } : { stimulus, answer: { ...answer, payload: new Uint8Array() } },
  ),
};
process.stdout.write(`${JSON.stringify(look)}\n`);
