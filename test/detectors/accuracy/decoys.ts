import { sitePersonaForTests } from "../../rig/persona.ts";
import { startTestSensor } from "../../rig/sensor.ts";
import type { Subject } from "./subject.ts";

export const realPersonas = ["debian-12", "ubuntu-24.04", "rocky-9", "openwrt", "dlink"] as const;
export const honeypotPersonas = ["cowrie-default", "kippo-default"] as const;

/** Our own decoys: with a real persona they should pass, with a honeypot's they must not. */
export const decoys: readonly Subject[] = [
  ...realPersonas.map((name) => decoy(name, "real")),
  ...honeypotPersonas.map((name) => decoy(name, "honeypot")),
];

function decoy(name: string, want: "real" | "honeypot"): Subject {
  return {
    name,
    group: want === "real" ? "decoy, real persona" : "decoy, honeypot persona",
    want,
    trials: true,
    measured: true,
    open: async ({ address }) => {
      const persona = sitePersonaForTests(name);
      const services = Object.keys(persona.services);
      const decoys = Object.fromEntries(services.map((service) => [service, {}]));
      const sensor = await startTestSensor({ decoys, persona, address, ports: usualPorts });
      return { ports: services.map((service) => sensor.port(service)), [Symbol.asyncDispose]: sensor.stop };
    },
  };
}

const usualPorts = { ssh: 22, telnet: 23 };
