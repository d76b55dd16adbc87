import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KindName } from "../../src/events/catalogue.ts";
import type { Event, EventValue } from "../../src/events/event.ts";
import { loadProfile } from "../../src/persona/profile.ts";
import { settlePersona } from "../../src/persona/settle.ts";
import { startTestSensor, type TestSensor } from "../rig/sensor.ts";
import { type ClientOptions, type ClientRun, runClient } from "./run-client.ts";

/** A password that the standard policy lets in at once, for root. */
export const PASSWORD = "123456";

/** A sensor that shows one profile over SSH on a loopback port, and a folder of its own for what clients need. */
export interface SshSite {
  readonly sensor: TestSensor;
  readonly port: number;
  /** An empty folder, removed at the end. */
  readonly folder: string;
  /** Runs `ssh`, `scp` or `sftp` as root with the password; the port option is the caller's. */
  openssh(program: string, args: readonly string[], options?: ClientOptions): Promise<ClientRun>;
  /** Opens a connection that stays; the options that let further clients go through it. */
  share(): Promise<readonly string[]>;
  /** The events of one kind so far, their fields only. */
  seen(kind: KindName): readonly Readonly<Record<string, EventValue>>[];
  waitFor(kind: KindName, matches?: (fields: Event["fields"]) => boolean): Promise<Event>;
  stop(): Promise<void>;
}

export async function startSshSite(profileName = "debian-12", options: unknown = {}): Promise<SshSite> {
  const loaded = loadProfile(profileName);
  assert("profile" in loaded, JSON.stringify(loaded));
  const persona = settlePersona(loaded.profile, { seed: Buffer.alloc(32, 7), wallMs: Date.now() });
  const sensor = await startTestSensor({ decoys: { ssh: options }, persona });
  const folder = await mkdtemp(join(tmpdir(), "utsusemi-ssh-"));
  const environment = await askPass(folder);
  const port = sensor.port("ssh");
  const openssh = (program: string, args: readonly string[], more: ClientOptions = {}) =>
    runClient(program, inOrder(args), { ...more, environment: { ...environment, ...more.environment } });
  return {
    sensor,
    port,
    folder,
    openssh,
    share: async () => {
      const control = [`-oControlPath=${join(folder, "control")}`];
      const master = await openssh("ssh", [...control, "-M", "-N", "-f", "-oControlPersist=yes", "-p", String(port), "root@127.0.0.1"]);
      assert.equal(master.code, 0, master.err);
      return control;
    },
    seen: (kind) => sensor.events().flatMap((event) => (event.kind === kind ? [event.fields] : [])),
    waitFor: (kind, matches = () => true) => sensor.keep.waitFor((event) => event.kind === kind && matches(event.fields)),
    stop: async () => {
      await sensor.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const OPENSSH_OPTIONS = [
  "-F/dev/null",
  "-oStrictHostKeyChecking=no",
  "-oUserKnownHostsFile=/dev/null",
  "-oGlobalKnownHostsFile=/dev/null",
  "-oLogLevel=ERROR",
  "-oUpdateHostKeys=no",
  "-oIdentityAgent=none",
  "-oNumberOfPasswordPrompts=1",
];

/** The first value of an option counts: the caller's own go before ours. */
function inOrder(args: readonly string[]): readonly string[] {
  const own = args.filter((arg) => arg.startsWith("-o"));
  return [...own, ...OPENSSH_OPTIONS, ...args.filter((arg) => !arg.startsWith("-o"))];
}

/** OpenSSH takes a password from a program only. */
async function askPass(folder: string): Promise<Record<string, string>> {
  const script = join(folder, "askpass");
  await writeFile(script, `#!/bin/sh\necho ${PASSWORD}\n`);
  await chmod(script, 0o700);
  return { SSH_ASKPASS: script, SSH_ASKPASS_REQUIRE: "force", DISPLAY: ":0", HOME: folder, TERM: "xterm" };
}
