import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { checkConfiguration } from "../../../src/daemon/configuration.ts";
import type { Decoy } from "../../../src/decoy/decoy.ts";
import { sshOptions } from "../../../src/decoys/ssh/options.ts";
import { OperatorError } from "../../../src/errors/operator-error.ts";
import { object } from "../../../src/shape/shape.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

/** The options are the SSH decoy's own; nothing here opens a session. */
const DECOYS: readonly Decoy[] = [
  {
    name: "ssh",
    summary: "SSH",
    transport: "tcp",
    unprivilegedPorts: [2222],
    standardPorts: [22],
    options: sshOptions,
    persona: object("None", {}),
    open: () => assert.fail("opened"),
  },
];

/** A text is a configuration, or a mistake that names file and line: nothing else is thrown. */
function run(input: Uint8Array): void {
  const source = Buffer.from(input).toString("utf8");
  try {
    const checked = checkConfiguration(source, "file.yaml", DECOYS);
    assert.ok(checked.sensor.length > 0 && checked.workers >= 1);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    assert.match(error.message, /^file\.yaml:[0-9]+:[0-9]+: ./s);
  }
}

const EXAMPLE = `# everything
sensor: edge-1
persona: debian-12
ports: unprivileged
listen:
  - { decoy: ssh, address: "::", port: 2222 }
workers: 2
limits: { connections: 100, session: { idleMs: 1000 } }
retention:
  evidence: { days: 30 }
decoys:
  ssh:
    admission: { credentials: [{ user: root, password: "/^a+$/" }], differentPasswords: 3 }
control:
  tcp: { port: 8080 }
`;

export const target: FuzzTarget = {
  name: "configuration",
  run,
  share: 0.15,
  maxInputBytes: 1_024,
  words: [
    "&a ",
    "*a",
    "<<: ",
    "!!map",
    "|\n",
    ">-\n",
    "? ",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "[",
    "]",
    "{",
    "}",
    "\t",
    "__proto__: ",
    "constructor: ",
  ],
  seeds: [
    EXAMPLE,
    "a: &a [1]\nb: *a\n",
    "- 1\n- 2\n",
    "sensor: [",
    "listen: { port: x }\nworkers: 1e3\n",
    "? a\n: b\n",
    "limits:\n  conections: 5\n",
  ].map((text) => Buffer.from(text)),
};
