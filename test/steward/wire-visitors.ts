import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Laboratory, Machine } from "../engine/laboratory.ts";

/** Says its name and who came, and ends. Tells its process and the number of its socket first. */
const SERVER = `
  import { createServer } from "node:net";
  const server = createServer((s) => { s.on("error", () => s.destroy()); s.end(process.argv[2] + " " + s.remoteAddress.replace("::ffff:", "")); });
  server.listen({ port: Number(process.argv[1]), host: "::" }, () => console.log(process.pid + " " + server._handle.fd));`;

const HEARS = `
  import { connect } from "node:net";
  const tell = (what) => { console.log(what); process.exit(0); };
  connect({ host: process.argv[1], port: Number(process.argv[2]), timeout: 4000 }, () => setTimeout(() => tell("taken"), 1000)).once("data", (bytes) => tell(String(bytes)))
    .on("error", (error) => tell(error.code)).on("timeout", () => tell("silence"));`;

/** A service on a machine; what it says is its name and the visitor's address. */
export async function serve(laboratory: Laboratory, machine: Machine, [port, name]: readonly [number, string]): Promise<ChildProcess> {
  const child = laboratory.spawn(machine, process.execPath, "--input-type=module", "-e", SERVER, `${port}`, name);
  assert.ok(child.stdout !== null);
  await once(child.stdout, "data");
  return child;
}

/** What a visitor hears: the service's words, `taken` from whoever says nothing, or why there is no connection. */
export function hears(laboratory: Laboratory, machine: Machine, [address, port]: readonly [string, number]): string {
  return laboratory.must(machine, process.execPath, "--input-type=module", "-e", HEARS, address, `${port}`).trim();
}

/** Asks again and again until it is so; how long that may take depends on the machine alone. */
export async function becomes<T>(look: () => T | Promise<T>, isWanted: (found: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 240; tries += 1) {
    const found = await look();
    if (isWanted(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const last = await look();
  assert.fail(`never: ${JSON.stringify(last)}`);
}
