// Makes a fresh checkout ready, and does nothing the next time. Plain JavaScript without packages: it runs on whatever Node the machine
// has (18 and later), before the pinned one is here. Everything it installs stays inside the checkout.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MARK = join(ROOT, "node_modules", ".utsusemi-setup.json");

/** Where the pinned Node is, for this machine. */
export const pinnedNode = join(ROOT, "node_modules", `node-linux-${process.arch}`, "bin", "node");

/** Installs what is missing. `tools`: also what only tests and checks need. Resolves when the checkout is ready; exits 1 with a reason when it can't be. */
export async function prepare({ tools }) {
  const wanted = createHash("sha256")
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .digest("hex");
  if (isReady(wanted, tools)) return;
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) {
    refuse(`Utsusemi runs on Linux on x64 or arm64; this is ${process.platform} on ${process.arch}.`);
  }
  const started = Date.now();
  say(`Setting up, once (packages and Node 26, about ${tools ? 400 : 225} MB, into ./node_modules)`);
  const ticker = setInterval(() => say(`  ... ${Math.round((Date.now() - started) / 1000)} s`), 5000);
  const failure = await npm([
    "install",
    "--no-save",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    ...(tools ? [] : ["--omit=dev"]),
  ]);
  clearInterval(ticker);
  if (failure !== undefined)
    refuse(
      `npm could not install the packages: ${failure}\nCheck that this machine reaches its npm registry, then run the same command again.`,
    );
  if (!existsSync(pinnedNode))
    refuse(
      "npm left out Node 26 (an optional package). Remove any `omit=optional` from your npm configuration, then run the same command again.",
    );
  mkdirSync(dirname(MARK), { recursive: true });
  writeFileSync(MARK, JSON.stringify({ lock: wanted, tools }));
  say(`Ready after ${Math.round((Date.now() - started) / 1000)} s.`);
}

function isReady(wanted, tools) {
  if (!existsSync(MARK) || !existsSync(pinnedNode)) return false;
  const mark = JSON.parse(readFileSync(MARK, "utf8"));
  return mark.lock === wanted && (mark.tools || !tools);
}

function npm(args) {
  rmSync(MARK, { force: true });
  const cli = process.env.npm_execpath;
  const [program, first] = cli?.endsWith(".js") ? [process.execPath, [cli]] : ["npm", []];
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
    child.on("error", (error) => resolve(error.message));
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
