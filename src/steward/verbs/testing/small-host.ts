import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LocalView } from "../../../detectors/views/local-view.ts";
import { metalHost } from "../../../disguise/testing/hosts.ts";
import type { Carriage, CarrierHost } from "../../apply/carriage.ts";
import type { Outside, Ran } from "../../apply/outside.ts";
import { settle } from "../../apply/settle.ts";
import type { Change } from "../../ledger/change.ts";
import type { HostPort } from "../../ledger/host-port.ts";
import { type Conflict, Ledger } from "../../ledger/ledger.ts";
import { folderStore } from "../../ledger/ledger-store.ts";
import { realHost } from "../../ledger/real-host.ts";
import { Wire } from "../../wire/wire.ts";
import type { StewardApi, VerbName } from "../api.ts";
import { verbs } from "../index.ts";
import type { Work } from "../work.ts";

/**
 * A host that is a folder: its changes are real ones below it, and its programs are a table of answers. The carrier writes two files and asks
 * for two reloads and a restart, whatever the plan is.
 */
export class SmallHost implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "utsusemi-verbs-"));
  readonly root = join(this.folder, "root");
  /** Every program that was run, with its arguments. */
  readonly ran: string[] = [];
  /** Programs that fail, by how their line begins, with what they say. */
  readonly failing = new Map<string, string>();
  /** What programs print. */
  readonly printing = new Map<string, string>();
  files: Readonly<Record<string, string>> = { "/etc/passwd": "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n" };
  folders: Readonly<Record<string, readonly string[]>> = { "/run/systemd": ["system"] };
  readonly settings = new Map([["net/ttl", "64"]]);
  view: LocalView = metalHost;
  carriage: Carriage;

  constructor() {
    mkdirSync(join(this.root, "etc"), { recursive: true });
    mkdirSync(join(this.folder, "steward"), { mode: 0o700 });
    writeFileSync(join(this.root, "etc", "issue"), "Debian\n");
    this.carriage = {
      changes: [this.file("etc/issue", "svr04\n"), this.file("etc/drop-in", "[Service]\n")],
      reloads: ["systemd", "sshd"],
      restarts: ["web.service"],
      leftOut: ["CPUID stays as it is."],
      limits: ["Inside, /etc cannot be written."],
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  file(path: string, text: string): Change {
    return { kind: "file", path: join(this.root, path), contents: Buffer.from(text).toString("base64") };
  }

  /** Asks as a steward would that begins now: what a former one left is settled first. */
  async ask<Name extends VerbName>(name: Name, given: unknown): Promise<StewardApi[Name]["answer"]> {
    const verb = verbs.find((one) => one.name === name);
    if (verb === undefined) throw new Error(`no verb ${name}`);
    const answer: unknown = await verb.perform(given, this.#work());
    return JSON.parse(JSON.stringify(answer));
  }

  /** What a start of the steward does. */
  settle(): readonly Conflict[] {
    return settle(this.#work());
  }

  get ledger(): Ledger {
    return new Ledger(folderStore(join(this.folder, "steward", "ledger")), this.#port);
  }

  get stewardFolder(): string {
    return join(this.folder, "steward");
  }

  #work(): Work {
    const outside = this.#outside();
    return {
      folder: this.stewardFolder,
      ledger: this.ledger,
      port: this.#port,
      host: this.#host(outside),
      outside,
      carriers: () => [() => this.carriage],
      progress: () => undefined,
      wire: new Wire(this.stewardFolder),
      asker: { pid: process.pid, uid: 0, isStaying: false, see: () => undefined, waiting: () => 0, left: new AbortController().signal },
    };
  }

  get #port(): HostPort {
    return { ...realHost(), sysctl: (name) => this.settings.get(name), setSysctl: (name, text) => this.settings.set(name, text) };
  }

  #host(outside: Outside): CarrierHost {
    return {
      read: (path) => this.files[path],
      list: (path) => this.folders[path] ?? [],
      ask: (program, ...words) => {
        const { status, out } = outside.run(program, words);
        return status === 0 ? out : undefined;
      },
    };
  }

  #outside(): Outside {
    return {
      view: () => Promise.resolve(this.view),
      run: (program, words) => this.#answer([program, ...words].join(" ")),
      signal: (pid, name) => {
        this.ran.push(`kill -${name} ${pid}`);
      },
    };
  }

  #answer(line: string): Ran {
    this.ran.push(line);
    const failed = [...this.failing].find(([beginning]) => line.startsWith(beginning));
    if (failed !== undefined) return { status: failed[1] === "" ? undefined : 1, out: "", err: failed[1], isThere: failed[1] !== "" };
    return { status: 0, out: [...this.printing].find(([end]) => line.endsWith(end))?.[1] ?? "", err: "", isThere: true };
  }
}

export const honeypot = { story: "lazy-honeypot", scopes: ["service:web"], restart: false, acceptRisk: false } as const;
