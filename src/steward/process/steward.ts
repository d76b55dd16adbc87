import { chmodSync, chownSync, lchownSync, lstatSync, mkdirSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname, join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { OperatorError } from "../../errors/operator-error.ts";
import { carrierHost } from "../apply/carrier-host.ts";
import { realOutside } from "../apply/outside.ts";
import { settle } from "../apply/settle.ts";
import { carriersFor } from "../carriers/index.ts";
import type { Conflict } from "../ledger/ledger.ts";
import { Ledger } from "../ledger/ledger.ts";
import { folderStore } from "../ledger/ledger-store.ts";
import { realHost } from "../ledger/real-host.ts";
import { verbs } from "../verbs/index.ts";
import type { Verb } from "../verbs/verb.ts";
import type { Work } from "../verbs/work.ts";
import { Wire } from "../wire/wire.ts";
import { performApart } from "./apart.ts";
import { Conversation } from "./conversation.ts";
import { type FolderLock, lockFolder, type Peer, peerOf } from "./libc.ts";
import { type Reply, type Request, refusal } from "./messages.ts";
import { ensureOwnFolder } from "./own-folder.ts";

/**
 * The one process that changes this host: as root, by fixed verbs, one at a time, for root and at most one account more. It begins with what a
 * former one left half done, and takes no change from anybody: it makes them itself from what is asked for.
 */
export interface StewardOptions {
  readonly folder: string;
  /** An account that may ask beside root. */
  readonly alsoUid?: number;
  /** Ends after so long without a connection; never unless given. */
  readonly idleMs?: number;
  /** How long it waits for another steward to be done with the folder. */
  readonly lockLimitMs?: number;
  /** A descriptor that holds the folder's lock already: handed on by the steward for which this one works. */
  readonly lockedBy?: number;
  readonly log: (line: LogLine) => void;
}

export type LogLine =
  | { readonly event: "started"; readonly folder: string; readonly place: string }
  | { readonly event: "left-over"; readonly conflict: Conflict }
  | { readonly event: "raised" }
  | { readonly event: "asked"; readonly verb: string; readonly uid: number; readonly pid: number }
  | { readonly event: "answered"; readonly verb: string; readonly ms: number }
  | { readonly event: "refused"; readonly what: string; readonly why: string }
  | { readonly event: "fault"; readonly what: string; readonly stack: string }
  | { readonly event: "ended"; readonly why: string };

/** What the disk says where nothing can be kept. */
const UNUSABLE: ReadonlySet<string> = new Set(["EROFS", "ENOSPC", "EDQUOT", "EACCES", "EPERM", "EIO", "ENOTDIR"]);
const REQUEST_LIMIT_MS = 5_000;
const MOST_CONNECTIONS = 64;
const MOST_OF_ACCOUNT = 16;

export class Steward implements Disposable {
  readonly #options: StewardOptions;
  readonly #lock: FolderLock;
  readonly #work: Omit<Work, "progress" | "asker">;
  readonly #wire: Wire;
  readonly conflicts: readonly Conflict[];
  #turn: Promise<void> = Promise.resolve();
  #isStaying = false;
  #isApart = false;
  /** What a former steward held is taken up; nothing is answered before. */
  #ready: Promise<void> = Promise.resolve();
  #isEnding = false;
  #open = 0;
  #ofAccount = 0;
  #idle: NodeJS.Timeout | undefined;
  #over: (why: string) => void = () => undefined;
  /** Why it ended. */
  readonly ended: Promise<string>;

  /** @throws OperatorError `rights-missing`, `state-unusable`, `ledger-damaged`, `steward-refused` (it is not root's alone, or another has it) */
  static async start(options: StewardOptions): Promise<Steward> {
    if (process.geteuid?.() !== 0) throw new OperatorError("rights-missing", "The steward changes this host, which only root may.");
    try {
      ensureOwnFolder(options.folder);
      return new Steward(options, await lockOf(options));
    } catch (error) {
      const code = error instanceof Error && "code" in error && !(error instanceof OperatorError) ? String(error.code) : "";
      if (!UNUSABLE.has(code)) throw error;
      throw new OperatorError("state-unusable", `The steward's folder ${options.folder} cannot be used: ${code}.`, { cause: error });
    }
  }

  private constructor(options: StewardOptions, lock: FolderLock) {
    this.#options = options;
    this.#lock = lock;
    const { folder } = options;
    mkdirSync(join(folder, "plans"), { recursive: true, mode: 0o700 });
    const outside = realOutside();
    const port = realHost();
    const ledger = new Ledger(folderStore(join(folder, "ledger")), port);
    this.#wire = new Wire(folder);
    this.#work = { folder, ledger, port, outside, host: carrierHost(outside), carriers: carriersFor, wire: this.#wire };
    this.conflicts = settle(this.#work);
    for (const conflict of this.conflicts) options.log({ event: "left-over", conflict });
    this.ended = new Promise((resolve) => {
      this.#over = resolve;
    });
    this.#rest();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#idle);
    this.#lock[Symbol.dispose]();
  }

  /** Ends when the verbs that are at work are done; others are not begun. */
  end(why: string): void {
    this.#isEnding = true;
    void Promise.all([this.#turn, this.#wire.close()]).then(() => this.#over(why));
  }

  /** Serves one connection that is there already, and ends with it. */
  serveOne(socket: Socket): void {
    this.#options.log({ event: "started", folder: this.#options.folder, place: "one request" });
    void this.#serve(socket).then(() => this.#over("the request is done"));
  }

  /** Takes up what a former steward held on the wire; from now on this one may hold it. What cannot be now is tried again and again. */
  stay(): Promise<void> {
    this.#isStaying = true;
    this.#ready = this.#raise();
    return this.#ready;
  }

  async #raise(): Promise<void> {
    const { log } = this.#options;
    try {
      const raised = await this.#wire.raise();
      if (typeof raised === "string") log({ event: "refused", what: "raising the wire disguise again", why: raised });
      else if (raised) log({ event: "raised" });
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      log({ event: "refused", what: "raising the wire disguise again", why: error.message });
    }
    this.#rest();
  }

  /** Listens on a path, or on a socket that is listened on already (sd_listen_fds(3)). */
  listen(place: string | number): Promise<Server> {
    const server = createServer((socket) => void this.#serve(socket));
    server.maxConnections = MOST_CONNECTIONS;
    if (typeof place === "string") prepareSocket(place, this.#options.alsoUid);
    return new Promise((resolve, reject) => {
      server.once("error", (cause) =>
        reject(new OperatorError("steward-refused", `Nothing can listen on ${place}: ${cause.message}.`, { cause })),
      );
      server.listen(typeof place === "string" ? { path: place } : { fd: place }, () => {
        if (typeof place === "string") closeSocket(place, this.#options.alsoUid);
        this.#options.log({ event: "started", folder: this.#options.folder, place: `${place}` });
        resolve(server);
      });
    });
  }

  async #serve(socket: Socket): Promise<void> {
    this.#open += 1;
    clearTimeout(this.#idle);
    try {
      await this.#converse(socket, new Conversation(socket));
    } finally {
      this.#open -= 1;
      this.#rest();
    }
  }

  #rest(): void {
    const { idleMs } = this.#options;
    if (idleMs === undefined || this.#open > 0 || this.#wire.isHeld) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.end("nobody asked anything"), idleMs);
  }

  async #converse(socket: Socket, conversation: Conversation): Promise<void> {
    const peer = peerOf(socket);
    if (peer === undefined || (peer.uid !== 0 && peer.uid !== this.#options.alsoUid)) {
      const who = peer === undefined ? "somebody unknown" : `the account ${peer.uid}`;
      this.#options.log({ event: "refused", what: "a connection", why: `it is of ${who}` });
      conversation.turnAway(refusal(new OperatorError("rights-missing", "The steward does not listen to this account.")));
    } else if (peer.uid === 0) await this.#hear(peer, conversation);
    else await this.#hearAccount(peer, conversation);
  }

  /** Whatever the other account does, there is room for root. */
  async #hearAccount(peer: Peer, conversation: Conversation): Promise<void> {
    if (this.#ofAccount >= MOST_OF_ACCOUNT)
      return conversation.turnAway(
        refusal(new OperatorError("steward-refused", `An account may ask ${MOST_OF_ACCOUNT} things at a time.`)),
      );
    this.#ofAccount += 1;
    try {
      await this.#hear(peer, conversation);
    } finally {
      this.#ofAccount -= 1;
    }
  }

  async #hear(peer: Peer, conversation: Conversation): Promise<void> {
    const request = await conversation.request(REQUEST_LIMIT_MS);
    if (request === undefined) return;
    await this.#ready;
    this.#options.log({ event: "asked", verb: request.verb, uid: peer.uid, pid: peer.pid });
    await this.#inTurn(request, { peer, conversation });
  }

  /** What changes the host waits for what was asked before; the rest is answered at once. */
  #inTurn(request: Request, from: From): Promise<void> {
    const verb = verbs.find((one) => one.name === request.verb);
    if (verb?.isInTurn !== true) return this.#perform(request, { ...from, verb });
    const mine = this.#turn.then(() => this.#perform(request, { ...from, verb }));
    this.#turn = mine;
    return mine;
  }

  /** Never rejects: what is no refusal is a fault of ours, after which only a new start knows how things are. */
  async #perform({ verb: name, arguments: given }: Request, { verb, peer, conversation }: From): Promise<void> {
    if (conversation.isOver || this.#isEnding) return;
    const { log } = this.#options;
    const began = performance.now();
    try {
      const wanted = permitted(name, verb, peer);
      const reply = await this.#replyOf(wanted, given, { peer, conversation });
      conversation.last(reply);
      if (reply.line === "refused") log({ event: "refused", what: name, why: reply.message });
      else log({ event: "answered", verb: name, ms: Math.round(performance.now() - began) });
    } catch (error) {
      conversation.last(this.#refused(name, error));
    }
  }

  #refused(name: string, error: unknown): Reply {
    if (error instanceof OperatorError) {
      this.#options.log({ event: "refused", what: name, why: error.message });
      return refusal(error);
    }
    const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#fail(name, fault);
    return refusal(new OperatorError("steward-refused", `A fault of ours: ${fault}`));
  }

  /**
   * What may take long without a pause is done by a process of its own while the wire disguise is up, so that it and who watches it never wait.
   * From then on always: this process no longer knows what the ledger holds.
   */
  async #replyOf(verb: Verb, given: unknown, { peer, conversation }: From): Promise<Reply> {
    this.#isApart ||= this.#isStaying && this.#wire.isHeld;
    if (verb.isInTurn && this.#isApart)
      return performApart(
        { verb: verb.name, arguments: given },
        { folder: this.#options.folder, lock: this.#lock.descriptor, conversation },
      );
    return { line: "answer", answer: await verb.perform(given, this.#workFor(peer, conversation)) };
  }

  #workFor({ pid, uid }: Peer, conversation: Conversation): Work {
    return {
      ...this.#work,
      progress: (text) => conversation.tell({ line: "progress", text }),
      asker: {
        pid,
        uid,
        isStaying: this.#isStaying,
        see: (sight) => conversation.tell({ line: "sight", sight }),
        waiting: () => conversation.waiting,
        left: conversation.left,
      },
    };
  }

  #fail(what: string, stack: string): void {
    this.#options.log({ event: "fault", what, stack });
    this.end("a fault of ours");
  }
}

interface From {
  readonly peer: Peer;
  readonly conversation: Conversation;
  readonly verb?: Verb | undefined;
}

/** @throws OperatorError `steward-refused`, `rights-missing` */
function permitted(name: string, verb: Verb | undefined, { uid }: Peer): Verb {
  if (verb === undefined) throw new OperatorError("steward-refused", `There is no verb ${name}.`);
  if (uid !== 0 && !verb.isForAccount) throw new OperatorError("rights-missing", `Only root may ask for ${name}.`);
  return verb;
}

const LOCK_TRY_MS = 50;

async function lockOf({ folder, lockLimitMs = 0, lockedBy }: StewardOptions): Promise<FolderLock> {
  if (lockedBy !== undefined) return { descriptor: lockedBy, [Symbol.dispose]: () => undefined };
  const until = performance.now() + lockLimitMs;
  for (;;) {
    const lock = lockFolder(folder);
    if (lock !== undefined) return lock;
    if (performance.now() >= until)
      throw new OperatorError("steward-refused", `Another steward works in ${folder}.`, {
        next: "Ask that one, or wait until it has ended.",
      });
    await sleep(LOCK_TRY_MS);
  }
}

/** A folder for its owner only; a socket that nobody listens on any more is taken away: the lock says that there is no other steward. */
function prepareSocket(path: string, owner = 0): void {
  const folder = dirname(path);
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(folder);
  const isClosed = lstatSync(folder).isDirectory() && (mode & 0o077) === 0;
  if (!isClosed || (uid !== owner && !isRootsAlone(dirname(folder))))
    throw new OperatorError("steward-refused", `${folder} is not a folder of the steward's alone, so its socket cannot be there.`, {
      next: "Name a socket in a folder that is not there yet.",
    });
  // A former steward may have listened for another account.
  lchownSync(folder, owner, 0);
  rmSync(path, { force: true });
}

/** Nobody else can have put anything there. */
function isRootsAlone(folder: string): boolean {
  const { uid, mode } = lstatSync(folder);
  return uid === 0 && (mode & 0o022) === 0;
}

function closeSocket(path: string, owner = 0): void {
  chmodSync(path, 0o600);
  chownSync(path, owner, 0);
}
