import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import test from "node:test";
import { metal } from "../../src/detectors/checks/local/vm/testing/metal.ts";
import { remoteView } from "../../src/detectors/views/build-view.ts";
import { recordingFiles } from "../../src/detectors/views/recorded-files.ts";
import { encodeLocalView, encodeRemoteView } from "../../src/detectors/views/view-file.ts";
import { jsonLines, Site, told, toldJson, utsusemi } from "../rig/command.ts";
import { listening } from "../rig/listening.ts";
import { needs } from "../rig/needs.ts";

/** A server on loopback that greets as told, and its port. */
async function greeter(greeting: string): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((socket) =>
    socket
      .on("error", () => socket.destroy())
      .resume()
      .write(greeting, "latin1"),
  );
  const port = await listening(server);
  return { port, [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}

test("detect local: every check and every known detector as JSON, and a view that says the same again", async () => {
  using site = new Site();
  const view = join(site.folder, "view.json");
  const lines = await toldJson(["detect", "local", "--save", view]);
  const checks = lines.filter(({ line }) => line === "check");
  assert.ok(
    checks.length >= 120 &&
      checks.every(({ id, looksAt, ratio, verdict }) => id !== "" && looksAt !== "" && Number(ratio) > 1 && verdict !== undefined),
  );
  assert.ok(lines.some(({ line, id, says }) => line === "known" && id === "systemd-detect-virt" && says !== ""));
  const verdict = lines.at(-1);
  assert.deepEqual([verdict?.["line"], verdict?.["side"]], ["verdict", "local"]);
  assert.equal(statSync(view).mode & 0o777, 0o600);
  assert.deepEqual(await toldJson(["detect", "show", view]), lines);
  assert.match(await told(["detect", "compare", view, view]), /No check changed its verdict\.\nNo known detector says anything else\./);
});

test("detect local: a saved view holds no value of the environment that detectors don't look at", async () => {
  using site = new Site();
  const view = join(site.folder, "view.json");
  assert.equal((await utsusemi(["detect", "local", "--save", view, "--json"], { CLOUD_SECRET: "not for the file 4711" })).code, 0);
  const text = readFileSync(view, "utf8");
  assert.ok(text.includes("CLOUD_SECRET") && !text.includes("not for the file 4711"));
});

test("detect remote: only what is owned is ever looked at", async () => {
  using site = new Site("ownHosts: [192.0.2.0/28]\n");
  for (const target of ["198.51.100.7", "192.0.2.99", "0.0.0.0", "255.255.255.255", "224.0.0.1"]) {
    const { code, out, err } = await utsusemi(["detect", "remote", target, "--config", site.config]);
    assert.deepEqual([code, out], [1, ""], target);
    assert.match(err, /\(not-own-host\)/, target);
  }
  const { code, err } = await utsusemi(["detect", "remote", "127.0.0.1", "--land", "--config", site.config]);
  assert.deepEqual([code, /private networks only/.test(err)], [1, true]);
});

test("detect remote: a honeypot's greeting decides, in words, in the reports and in the exit status", async () => {
  using site = new Site();
  await using honeypot = await greeter("\xff\xfd\x1flogin: ");
  const report = (ending: string) => join(site.folder, `report.${ending}`);
  const asked = ["detect", "remote", "127.0.0.1", "--ports", `${honeypot.port}`, "--quick", "--config", site.config];
  const { code, out } = await utsusemi([...asked, "--want", "honeypot", "--report", report("html")]);
  assert.match(out, /nmap +\d+: telnet Cowrie Honeypot telnetd +sees a honeypot/);
  assert.match(out, /fingerprint\.cowrie/);
  assert.match(out, /Left out\n.*--quick/s);
  assert.equal(code, 0);
  assert.match(readFileSync(report("html"), "utf8"), /class="verdict honeypot"/);
  const again = await utsusemi([...asked, "--want", "real", "--report", report("md"), "--json"]);
  assert.equal(again.code, 1);
  assert.match(readFileSync(report("md"), "utf8"), /!\[The matrix of checks\]\(report\.svg\)/);
  assert.match(readFileSync(report("svg"), "utf8"), /^<svg /);
  assert.equal(jsonLines(again.out).at(-1)?.["verdict"], "honeypot");
});

test("detect show: real, and undecided where too little was looked at", async () => {
  using site = new Site();
  const recording = recordingFiles(metal.files);
  await utsusemi(["--version"]);
  const { detectLocal } = await import("../../src/detectors/local-detectors.ts");
  detectLocal({ ...metal, files: recording });
  const real = site.file("metal.json", encodeLocalView(metal, recording.recorded()));
  const nothing = site.file("nothing.json", encodeRemoteView(remoteView()));
  assert.equal((await utsusemi(["detect", "show", real, "--want", "real"])).code, 0);
  assert.equal((await utsusemi(["detect", "show", real, "--want", "honeypot"])).code, 1);
  assert.equal((await utsusemi(["detect", "show", nothing, "--want", "real"])).code, 3);
  assert.equal((await utsusemi(["detect", "show", nothing, real, "--want", "honeypot"])).code, 3);
  assert.match((await utsusemi(["detect", "compare", nothing, real])).err, /was taken from outside/);
});

test("detect: what cannot be read or written is named", async () => {
  using site = new Site();
  const broken = site.file("broken.json", '{"format":"utsusemi-view-1","kind":"local"}');
  const text = site.file("notes.txt", "hello\u001b[2J\n");
  for (const [args, code] of [
    [["detect", "show", join(site.folder, "none")], "file-unreadable"],
    [["detect", "show", broken], "view-unreadable"],
    [["detect", "show", text], "view-unreadable"],
    [["detect", "local", "--save", "/nonexistent/view.json"], "file-unwritable"],
    [["detect", "local", "--report", join(site.folder, "report.pdf")], "usage"],
  ] as const) {
    const answer = await utsusemi(args);
    assert.equal(answer.code, 1, args.join(" "));
    assert.match(answer.err, new RegExp(`\\(${code}\\)`), args.join(" "));
    assert.ok(!answer.err.includes("\u001b"));
  }
  for (const ports of ["0", "80-22", "x", "65536", ""])
    assert.equal((await utsusemi(["detect", "remote", "127.0.0.1", "--ports", ports])).code, 1, ports);
});

test("detect script: what it prints in a plain shell is a view", needs("dash"), async () => {
  using site = new Site();
  const script = await told(["detect", "script"]);
  const { stdout } = spawnSync("dash", ["-s"], { input: script, timeout: 30_000, maxBuffer: 64 * 2 ** 20 });
  const file = site.file("transcript", stdout.toString("latin1"));
  const lines = await toldJson(["detect", "show", file]);
  assert.ok(lines.filter(({ line, verdict }) => line === "check" && verdict !== "unknown").length >= 60);
});
