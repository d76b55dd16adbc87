/**
 * A guest in which disguises are applied by the command line, that a steward serves: the units that are disguised, what they and a login say, and all of
 * the host's state that must be as it was when a disguise is reverted.
 */
import assert from "node:assert/strict";
import type { StewardApi, VerbName } from "../../../src/steward/verbs/api.ts";
import { OTHER } from "./debian-tree.ts";
import { saidIn } from "./detectors-inside.ts";
import type { Guest } from "./guest.ts";

/** What changes by itself, or is the steward's own; everything else is compared. */
const EXCLUDED = [
  ...["/var/lib/utsusemi-steward", "/var/lib/guest", "/var/log/wtmp", "/var/log/btmp", "/var/log/lastlog"],
  ...["/var/lib/systemd/random-seed", "/var/lib/systemd/timesync", "/tmp", "/var/tmp"],
];
/** Counters, what every boot draws, and what the kernel reckons at boot from the memory that happens to be free. */
const VOLATILE = [
  "^(kernel\\.random\\.|kernel\\.ns_last_pid|kernel\\.pty\\.nr|fs\\.(inode|dentry|file|aio|quota)|kernel\\.perf|net\\.netfilter|vm\\.mmap_rnd|kernel\\.tainted",
  "vm\\.(user_reserve|admin_reserve|min_free)_kbytes|net\\.ipv4\\.(tcp_[rw]?mem|udp_mem|tcp_max_(orphans|tw_buckets|syn_backlog))|kernel\\.threads-max|fs\\.epoll|user\\.max_)",
].join("|");

/** Where a unit writes what detectors say in it, when it has started. */
const LOOKS = "/run/looks";

/** A service that asks every detector when it starts, and then waits. */
function unit(name: string, { slice, user }: InUnit): string {
  const command = `look >${LOOKS}/${name}.new; mv ${LOOKS}/${name}.new ${LOOKS}/${name}; exec sleep infinity`;
  return `[Service]\nType=exec\nSlice=${slice}\nUser=${user}\nEnvironment=PATH=$PATH\nExecStart=/bin/sh -c '${command}'\n`;
}

interface InUnit {
  readonly slice: string;
  readonly user: string;
}

/** One has root's rights, one an account of its own. */
const UNITS: Readonly<Record<string, InUnit>> = {
  looker: { slice: "system.slice", user: "root" },
  trap: { slice: "traps.slice", user: OTHER.name },
};

export const PREPARE = `
mkdir -p ${LOOKS} /var/lib/guest /run/commands
chmod 1777 ${LOOKS}
${Object.entries(UNITS)
  .map(([name, where]) => `cat >/etc/systemd/system/${name}.service <<END\n${unit(name, where)}END`)
  .join("\n")}
systemctl daemon-reload
`;

/** The steward undoes first what was half done. Whoever asks is let in when it listens. */
export const START_STEWARD = `
mkdir -p /run/commands
node $CHECKOUT/bin/utsusemi.js steward >/run/commands/steward 2>&1 &
echo $! >/run/commands/steward-pid
until [ -S /run/utsusemi-steward/socket ]; do sleep 0.2; kill -0 $! || { cat /run/commands/steward; exit 1; }; done
`;

/** The command line, loaded once. */
export const START_COMMANDS = `
mkfifo /run/commands/in /run/commands/out
node $CHECKOUT/.cache/guest-programs/resident-commands.mjs $CHECKOUT /run/commands/answer <>/run/commands/in >/run/commands/out 2>/run/commands/errors &
read -r ready </run/commands/out
`;

export interface Printed {
  readonly status: number;
  readonly printed: string;
  readonly said: string;
}

export class DisguisedGuest {
  readonly #guest: Guest;

  constructor(guest: Guest) {
    this.#guest = guest;
  }

  /** `utsusemi WORDS`. */
  async command(...words: readonly string[]): Promise<Printed> {
    const asked = JSON.stringify(words);
    const script = `rm -f /run/commands/answer; echo '${asked}' >/run/commands/in; until [ -e /run/commands/answer ]; do sleep 0.1; done; cat /run/commands/answer`;
    return JSON.parse(await this.#guest.do(script));
  }

  /** `utsusemi disguise WORDS --json`, which has to do what it was asked. */
  async disguise<Name extends VerbName>(verb: Name, ...words: readonly string[]): Promise<StewardApi[Name]["answer"]> {
    const { status, printed, said } = await this.command("disguise", verb.replace("disguise.", ""), ...words, "--json");
    assert.equal(status, 0, `${said}${printed}`);
    return JSON.parse(printed);
  }

  start(...units: readonly string[]): Promise<string> {
    return this.#guest.do(`rm -f ${units.map((name) => `${LOOKS}/${name}`).join(" ")}; systemctl restart ${units.join(" ")}`);
  }

  forget(): Promise<string> {
    return this.#guest.do(`rm -f ${LOOKS}/*`);
  }

  /** What the detectors said in a unit since it has last started. */
  async saidBy(name: string): Promise<Readonly<Record<string, string>>> {
    return saidIn(await this.#guest.do(`until [ -e ${LOOKS}/${name} ]; do sleep 0.2; done; cat ${LOOKS}/${name}`));
  }

  async saidToLogin(user: string): Promise<Readonly<Record<string, string>>> {
    return saidIn(await this.#guest.do(`ssh -o BatchMode=yes -o UpdateHostKeys=no ${user}@localhost $CHECKOUT/.cache/guest-programs/look`));
  }

  async saidToHost(): Promise<Readonly<Record<string, string>>> {
    return saidIn(await this.#guest.do("look"));
  }

  /** Keeps what the host is like, under a name, on its disk. */
  remember(name: string): Promise<string> {
    return this.#guest.do(
      `snapshot / ${EXCLUDED.join(" ")} >/var/lib/guest/${name}.files && (${STATE}) >/var/lib/guest/${name}.state && sync`,
    );
  }

  /** What is different between two memories; empty: nothing. */
  async differences(before: string, after: string): Promise<string> {
    const compare = (what: string) => `diff /var/lib/guest/${before}.${what} /var/lib/guest/${after}.${what}`;
    return (await this.#guest.run(`${compare("files")}; ${compare("state")}`)).output;
  }
}

/** Mounts of process 1, modules, settings of the kernel, network links, users. */
const STATE = [
  // Numbers that every boot draws anew are no part of a mount. Left away: the tests' own disk, whose name depends on which was found first, and
  // what logind keeps for some seconds after a login.
  `sed -E 's/^[0-9]+ [0-9]+ [0-9]+:[0-9]+ //; s/(shared|master):[0-9]+//g; s/(fd|pgrp|pipe_ino)=[0-9]+//g' /proc/1/mountinfo | grep -Ev " ($CHECKOUT|/run/user/[0-9]+) " | sort`,
  "cut -d' ' -f1 /proc/modules | sort",
  `sysctl -a 2>/dev/null | grep -Ev '${VOLATILE}' | sort`,
  "ip -o link",
  "getent passwd",
  "getent group",
  "hostname",
].join("; ");
