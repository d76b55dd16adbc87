import assert from "node:assert/strict";
import { sshPersona } from "../src/decoys/ssh/persona.ts";
import { loadProfile } from "../src/persona/profile.ts";
import { settlePersona } from "../src/persona/settle.ts";
import { checkShape } from "../src/shape/shape.ts";
import { startTestSensor } from "../test/rig/sensor.ts";

/**
 * The SSH decoy in a worker with a persona that offers every key exchange that `logins.ts` compares: no Debian 12 has ML-KEM, so no profile
 * has it. Prints its port.
 */
const loaded = loadProfile("debian-12");
assert("profile" in loaded);
const persona = settlePersona(loaded.profile, { seed: Buffer.alloc(32, 7), wallMs: Date.now() });
const { value: ssh } = checkShape(sshPersona, persona.services["ssh"]);
assert(ssh !== undefined);
const services = { ...persona.services, ssh: { ...ssh, kex: ["mlkem768x25519-sha256", ...ssh.kex] } };
const sensor = await startTestSensor({
  decoys: { ssh: {} },
  persona: { ...persona, services },
  limits: { connections: 20_000, connectionsPerSource: 20_000 },
});
process.on("SIGTERM", () => {
  void sensor.stop().then(() => process.exit(0));
});
console.log(JSON.stringify({ port: sensor.port("ssh") }));
