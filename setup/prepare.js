// Makes a fresh checkout ready, and does nothing the next time. Plain JavaScript without packages: it runs on whatever Node the machine
// has (18 and later), before the pinned one is here. Everything it installs stays inside the checkout.
//
// node_modules/.utsusemi-setup.json says that a set-up was completed, for which package-lock.json, and whether the tests' tools are there.
// It is removed before npm begins: where it is missing, nothing in node_modules is trusted, and all of it is made anew.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MARK = join(ROOT, "node_modules", ".utsusemi-setup.json");
const LOCK = join(ROOT, ".cache", "setup.pid");

/** Where the pinned Node is, for this machine. */
export const pinnedNode = join(ROOT, "node_modules", `node-linux-${process.arch}`, "bin", "node");

/** Whether a set-up was ever completed here, and what it brought is there. */
export function isSetUp() {
  return existsSync(MARK) && existsSync(pinnedNode);
}

/** Installs what is missing. `tools`: also what only tests and checks need. Resolves when the checkout is ready; exits 1 with a reason when it can't be. */
export async function prepare({ tools }) {
  const wanted = createHash("sha256")
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .digest("hex");
  if (isReady(wanted, tools)) return;
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) {
    refuse(`Utsusemi runs on Linux on x64 or arm64; this is ${process.platform} on ${process.arch}.`);
  }
  await takeLock();
  process.on("exit", dropLock);
  // Another set-up may have been quicker.
  if (!isReady(wanted, tools)) await install(wanted, tools);
  process.off("exit", dropLock);
  dropLock();
}

async function install(wanted, tools) {
  const started = Date.now();
  const mark = readMark();
  const withTools = tools || mark.tools === true;
  say(`Setting up, once: packages and Node 26, about ${withTools ? 400 : 225} MB, into ./node_modules`);
  const ticker = setInterval(() => say(`  ... ${Math.round((Date.now() - started) / 1000)} s`), 5000);
  rmSync(MARK, { force: true });
  if (mark.lock === undefined) rmSync(join(ROOT, "node_modules"), { recursive: true, force: true });
  const failure = await npm(["install", ...QUIETLY, ...(withTools ? [] : ["--omit=dev"])]);
  clearInterval(ticker);
  if (failure !== undefined)
    refuse(
      `npm could not install the packages:\n${failure}\nCheck that this machine reaches its npm registry, then run the same command again.`,
    );
  if (!existsSync(pinnedNode))
    refuse(
      "npm left out Node 26 (an optional package). Remove any `omit=optional` from your npm configuration, then run the same command again.",
    );
  requireLibraries();
  linkPinnedNode();
  writeFileSync(MARK, JSON.stringify({ lock: wanted, tools: withTools }));
  say(`Ready after ${Math.round((Date.now() - started) / 1000)} s.`);
}

const QUIETLY = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"];

/** Node's own builds need libatomic since version 25; Debian brings it with npm's recommended packages, a minimal system does not. */
function requireLibraries() {
  const { status, stderr, error } = spawnSync(pinnedNode, ["--version"], { encoding: "utf8" });
  if (status === 0) return;
  if (/libatomic/.test(stderr))
    refuse(
      "Node 26 needs the small library libatomic, which is not here. Install it, then run the same command again:\n  apt-get install libatomic1      (Fedora, Rocky: dnf install libatomic)",
    );
  refuse(`The pinned Node does not run here: ${error?.message ?? stderr.trim()}`);
}

/** npm puts node_modules/.bin first on the PATH of every script, so that `node` there is the pinned one. npm 9 does not link it by itself. */
function linkPinnedNode() {
  const link = join(ROOT, "node_modules", ".bin", "node");
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(relative(dirname(link), pinnedNode), link);
}

function isReady(wanted, tools) {
  if (!isSetUp()) return false;
  const mark = readMark();
  return mark.lock === wanted && (mark.tools || !tools);
}

/** A mark that is missing, or that a full disk cut short, says nothing. */
function readMark() {
  try {
    return JSON.parse(readFileSync(MARK, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError || error.code === "ENOENT") return {};
    throw error;
  }
}

/** One set-up at a time: `npm start` and `npm test` may be called in two terminals at once. A lock whose process is gone is taken over. */
async function takeLock() {
  for (let tries = 0; ; tries += 1) {
    try {
      mkdirSync(dirname(LOCK), { recursive: true });
      return writeFileSync(LOCK, String(process.pid), { flag: "wx" });
    } catch (error) {
      if (error.code !== "EEXIST")
        refuse(`This checkout is not set up, and cannot be by this user: ${error.message}.\nRun the same command once as its owner.`);
    }
    const holder = lockHolder();
    // One that is still empty after a while was never finished.
    if (holder === undefined || (holder === 0 && tries > 10)) dropLock();
    else if (tries === 0) say(`Waiting for another set-up (process ${holder}) ...`);
    await wait(300);
  }
}

function dropLock() {
  rmSync(LOCK, { force: true });
}

/** The living process that sets up now. */
function lockHolder() {
  try {
    const pid = Number(readFileSync(LOCK, "utf8"));
    if (pid > 0) process.kill(pid, 0);
    return pid;
  } catch (error) {
    if (error.code === "EPERM" || error.code === "EACCES") return "of another user";
    if (error.code === "ESRCH" || error.code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * The npm that called us, if one did. Called by npx, the path is npx's own program, which would fetch a package named "install" and run it;
 * and a Node in node_modules is no Node to rely on here, since that folder may just have been removed.
 */
function npmProgram() {
  const { npm_execpath: cli = "", npm_node_execpath: node = "" } = process.env;
  const isUsable = basename(cli) === "npm-cli.js" && node !== "" && !node.startsWith(ROOT);
  return isUsable ? [node, cli] : ["npm"];
}

function npm(args) {
  const [program, ...first] = npmProgram();
  // npm warns about settings of the outer npm that it was handed by environment; they are not ours to complain about.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(?!config_(registry|cache|userconfig|globalconfig|https?_proxy|noproxy|cafile)$)/i.test(name),
    ),
  );
  return new Promise((resolve) => {
    const child = spawn(program, [...first, ...args], { cwd: ROOT, env, stdio: ["ignore", "ignore", "pipe"] });
    let complaint = "";
    child.stderr.on("data", (chunk) => {
      complaint += chunk;
    });
    child.on("error", (error) =>
      resolve(error.code === "ENOENT" ? "npm itself was not found (Debian: apt-get install npm)" : error.message),
    );
    child.on("close", (code) => resolve(code === 0 ? undefined : complaint.trim() || `exit status ${code}`));
  });
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function refuse(reason) {
  say(reason);
  process.exit(1);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await prepare({ tools: process.env.npm_lifecycle_event !== "prestart" });
}
