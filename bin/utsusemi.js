#!/usr/bin/env node
// The command's first step, in plain JavaScript: makes sure that the checkout is set up and that the pinned Node runs, then hands over to src/cli.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import nodeModule from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { isSetUp, pinnedNode, prepare } from "../setup/prepare.js";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const [major = 0] = process.versions.node.split(".").map(Number);

// Whatever nobody expected is our fault, and ends with the status for it.
process.on("uncaughtException", (error) => {
  process.stderr.write(`utsusemi: a fault of ours. ${error?.stack ?? error}\n`);
  process.exit(2);
});

if (!isSetUp() && existsSync(join(ROOT, "package-lock.json"))) await prepare({ tools: false });
if (major >= 26) {
  // Loading the code fills the young generation, which would then stay at 16 MiB and more for good.
  setFlagsFromString("--semi-space-growth-factor=1");
  nodeModule.enableCompileCache(join(ROOT, ".cache", "compile"));
  const { main } = await import("../src/cli/main.ts");
  await main(process.argv.slice(2));
} else {
  runPinned();
}

function runPinned() {
  const child = spawn(pinnedNode, process.argv.slice(1), { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`utsusemi: the pinned Node could not be started: ${error.message}\n`);
    process.exit(2);
  });
  child.on("exit", (code, signal) => process.exit(signal === null ? code : 128));
}
