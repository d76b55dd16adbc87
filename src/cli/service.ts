import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { pinnedNode } from "../../setup/prepare.js";
import { loadSettings } from "../daemon/configuration.ts";
import { decoyDescriptions } from "../decoys/descriptions.ts";
import { print } from "./output.ts";
import { installService, removeService, unitsOf } from "./service/install.ts";
import type { ServicePaths } from "./service/unit.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const CONFIGURATION = "/etc/utsusemi/config.yaml";

export function addService(program: Command): void {
  const service = program.command("service").description("run by systemd, hardened, with its sockets held by systemd");
  service
    .command("install")
    .description("install and start it; says before what it writes with --dry-run")
    .option("--config <file>", "the configuration", CONFIGURATION)
    .option("--dry-run", "only print the units")
    .action(install);
  service
    .command("remove")
    .description("stop and remove it; what was caught stays")
    .action(() => removeService(servicePaths(CONFIGURATION)));
}

function install({ config, dryRun }: { readonly config: string; readonly dryRun?: boolean }): void {
  const paths = servicePaths(config);
  const settings = loadSettings(existsSync(config) ? { file: config, state: paths.state } : { state: paths.state }, decoyDescriptions);
  if (dryRun === true) for (const [name, text] of Object.entries(unitsOf(settings, paths))) print(`# ${name}\n${text}`);
  else installService(settings, paths);
}

function servicePaths(configuration: string): ServicePaths {
  return { node: pinnedNode, program: join(ROOT, "bin", "utsusemi.js"), root: ROOT, configuration, state: "/var/lib/utsusemi" };
}
