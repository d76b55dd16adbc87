import { spawnSync } from "node:child_process";
import { type Entry, printedBy, systemProgram, tcAnswer } from "./network-programs.ts";

/**
 * The root queue of an interface, and `fq` in its place, which keeps packets' departure times. Only queues that the kernel itself chose are ever
 * replaced: they carry the handle 0, and come back by themselves when ours is taken away. Ours carries a handle that nobody else uses, so a
 * later process finds it after a kill. Behind `mq` each of the hardware's queues gets its own `fq`, so none waits for another.
 */
const OWN_HANDLE = "5554:";
/** What the kernel chooses; any other, and any of these with a handle, somebody has configured. */
const REPLACED = ["noqueue", "pfifo_fast", "fq_codel", "mq"];
/** A legitimate flow never shares a place with a suspect's, and TCP is not paced: nobody but suspects notices which queue this is. */
const OPTIONS = ["nopacing", "orphan_mask", "1048575", "flow_limit", "1000", "limit", "10000"];

export type Fq =
  | { readonly state: "fq" /** How many packets it holds at most. */; readonly limit: number; readonly isOwn: boolean }
  | { readonly state: "none"; readonly why: string };

/** Makes the interface's root queue `fq` where that may be; `undo` of it is `restoreQueue`. */
export function useFq(name: string): Fq {
  const before = fqOf(name, queuesOf(name));
  if (before.state === "fq") return before;
  const entries = queuesOf(name);
  const root = rootOf(entries);
  if (root === undefined || !isReplaceable(root)) return before;
  const refused =
    root["kind"] === "mq"
      ? replaceLeaves(name, entries)
      : tc(["qdisc", "replace", "dev", name, "root", "handle", OWN_HANDLE, "fq", ...OPTIONS]);
  const made = refused === undefined ? fqOf(name, queuesOf(name)) : undefined;
  if (made?.state === "fq") return made;
  restoreQueue(name);
  return { state: "none", why: `this kernel has no queue fq (tc: ${refused ?? "it is not there after it was made"})` };
}

/** Takes a root queue of ours away, so that the kernel puts its own there again. True: there was one. */
export function restoreQueue(name: string): boolean {
  const root = rootOf(queuesOf(name));
  if (root?.["handle"] !== OWN_HANDLE || (root["kind"] !== "fq" && root["kind"] !== "mq")) return false;
  tc(["qdisc", "delete", "dev", name, "root"]);
  return true;
}

/** Whether its root queue keeps departure times now. */
export async function presentFq(name: string): Promise<Fq> {
  const printed = await printedBy("tc", "-json", "qdisc", "show", "dev", name);
  if (printed === undefined) return { state: "none", why: `tc tells nothing of ${name}` };
  return fqOf(name, parsed(printed));
}

function parsed(printed: string): readonly Entry[] {
  const value: unknown = printed.trim() === "" ? [] : JSON.parse(printed);
  return Array.isArray(value) ? value : [];
}

function queuesOf(name: string): readonly Entry[] {
  return tcAnswer("qdisc", "show", "dev", name) ?? [];
}

const rootOf = (entries: readonly Entry[]) => entries.find((entry) => entry["root"] === true);
const isReplaceable = ({ kind, handle }: Entry) => handle === "0:" && REPLACED.includes(`${kind}`);

/** Queues right below the root; those of clsact are none. */
const leavesOf = (entries: readonly Entry[], root: Entry) =>
  entries.filter(
    ({ parent }) => typeof parent === "string" && new RegExp(`^(${`${root["handle"]}`.replace(/^0:/, "0?:")})[0-9a-f]+$`).test(parent),
  );

export function fqOf(name: string, entries: readonly Entry[]): Fq {
  const root = rootOf(entries);
  if (root === undefined) return { state: "none", why: `${name} has no root queue` };
  const isOwn = root["handle"] === OWN_HANDLE;
  const leaves = root["kind"] === "mq" ? leavesOf(entries, root) : [root];
  if (leaves.length > 0 && leaves.every(({ kind }) => kind === "fq"))
    return { state: "fq", limit: Math.min(...leaves.map(limitOf)), isOwn };
  const what = `${root["kind"]}${root["handle"] === "0:" ? "" : ` ${root["handle"]}`}`;
  if (isReplaceable(root)) return { state: "none", why: `the root queue of ${name} is ${what}` };
  return { state: "none", why: `somebody configured the root queue of ${name} (${what}), which stays as it is` };
}

const STANDARD_LIMIT = 10_000;

function limitOf({ options }: Entry): number {
  if (typeof options !== "object" || options === null || !("limit" in options)) return STANDARD_LIMIT;
  const limit = Number.parseInt(`${options.limit}`, 10);
  return Number.isNaN(limit) ? STANDARD_LIMIT : limit;
}

/** What tc said against it; undefined: nothing. */
function replaceLeaves(name: string, entries: readonly Entry[]): string | undefined {
  const root = rootOf(entries);
  const places = root === undefined ? [] : leavesOf(entries, root).map(({ parent }) => `${parent}`.split(":")[1]);
  const lines = places.map((place) => `qdisc replace dev ${name} parent ${OWN_HANDLE}${place} fq ${OPTIONS.join(" ")}`);
  return tc(["-batch", "-"], [`qdisc replace dev ${name} root handle ${OWN_HANDLE} mq`, ...lines, ""].join("\n"));
}

function tc(words: readonly string[], input = ""): string | undefined {
  const { status, stderr } = spawnSync(systemProgram("tc") ?? "tc", words, { encoding: "utf8", timeout: LONGEST_MS, input });
  return status === 0 ? undefined : stderr.trim().split("\n")[0];
}

const LONGEST_MS = 10_000;
