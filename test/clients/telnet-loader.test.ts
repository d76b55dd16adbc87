import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { connect, type Socket } from "node:net";
import test from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { DO, DONT, IAC, IacDecoder, WILL, WONT } from "../../src/decoys/telnet/iac.ts";
import type { Event } from "../../src/events/event.ts";
import { needs, programPath } from "../rig/needs.ts";
import { sitePersonaForTests } from "../rig/persona.ts";
import { startTestSensor } from "../rig/sensor.ts";

/**
 * A loader that does what Mirai's does, in its order: log in, find a shell through the restricted ones, look for a writable mount, read the
 * architecture off a program's ELF header, see which downloaders there are, and then write its binary with `echo`. The binary here is
 * an ELF header and inert bytes.
 */
const payload = Buffer.concat([
  Buffer.from("7f454c46010101000000000000000000020008000100000000004000340000000000000000000000", "hex"),
  Buffer.alloc(600, 0xa5),
]);
const END = "ECCHI: applet not found";

for (const name of ["debian-12", "openwrt", "dlink"]) {
  test(`a Mirai-style loader runs to its end on ${name}, and its binary is captured`, { timeout: 120_000 }, async (t) => {
    const sensor = await startTestSensor({ decoys: { telnet: {} }, persona: sitePersonaForTests(name) });
    t.after(() => sensor.stop());
    const loader = new Loader(sensor.port("telnet"));
    try {
      // On Debian `sh` is dash, whose own echo knows no -ne: there the loader has to take busybox's, as on the real one.
      await runLoader(loader, name === "debian-12" ? "/bin/busybox echo" : "echo");
    } finally {
      loader.socket.destroy();
    }
    const sha256 = createHash("sha256").update(payload).digest("hex");
    const captured = await sensor.keep.waitFor((event) => event.kind === "file.captured" && event.fields["sha256"] === sha256);
    assert.equal(captured.fields["truncated"], false);
    assert.deepEqual(sensor.keep.files.get(sha256), payload);
    assert.ok(typed(sensor.events()).some((line) => line.includes("/bin/busybox ECCHI")));
  });
}

async function runLoader(loader: Loader, echo: string): Promise<void> {
  await loader.until(/login: ?$/i);
  loader.send("root\r\n");
  await loader.until(/password: ?$/i);
  loader.send("xc3511\r\n");
  await loader.until(PROMPT);
  for (const command of ["enable", "system", "shell", "sh"]) {
    loader.send(`${command}\r\n`);
    await wait(100);
  }
  await loader.run("/bin/busybox ps");
  const mounts = await loader.run("/bin/busybox cat /proc/mounts");
  assert.match(mounts, / \/ (ext4|squashfs|overlay|rootfs|jffs2) /);
  await loader.run(
    "/bin/busybox echo -e '\\x6b\\x61\\x6d\\x69/dev' > /dev/.nippon; /bin/busybox cat /dev/.nippon; /bin/busybox rm /dev/.nippon",
  );
  await loader.run("cd /tmp/ || cd /var/");
  const header = await loader.run(
    "/bin/busybox cp /bin/echo dvrHelper; >dvrHelper; /bin/busybox chmod 777 dvrHelper; /bin/busybox head -c 52 /bin/busybox",
  );
  assert.ok(header.includes("\x7fELF"), "a program begins as ELF files do");
  const tools = await loader.run("/bin/busybox wget; /bin/busybox tftp");
  assert.match(tools, /wget|tftp/i);
  for (let at = 0; at < payload.length; at += 128) {
    const hex = Array.from(payload.subarray(at, at + 128), (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
    await loader.run(`${echo} -ne '${hex}' ${at === 0 ? ">" : ">>"} dvrHelper`);
  }
  await loader.run("./dvrHelper telnet.echo");
  await loader.run("/bin/busybox rm -rf upnp; > dvrHelper");
}

const PROMPT = /[#$>] ?$/;

class Loader {
  readonly socket: Socket;
  readonly #decoder = new IacDecoder("rfc854");
  #heard = "";

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("data", (chunk) => this.#take(Buffer.from(chunk)));
    // The test ends the connection when it is done, and looks at what was heard.
    this.socket.on("error", () => this.socket.destroy());
  }

  send(text: string): void {
    this.socket.write(Buffer.from(text, "latin1"));
  }

  /** Sends a command and the loader's marker behind it; gives what came up to the marker's answer. */
  async run(command: string): Promise<string> {
    this.send(`${command}; /bin/busybox ECCHI\r\n`);
    return this.until(new RegExp(END));
  }

  async until(pattern: RegExp): Promise<string> {
    for (let tries = 0; tries < 600; tries++) {
      const found = pattern.exec(this.#heard);
      if (found !== null) {
        const before = this.#heard.slice(0, found.index + found[0].length);
        this.#heard = this.#heard.slice(before.length);
        return before;
      }
      await wait(20);
    }
    throw new Error(`${String(pattern)} did not come; heard: ${JSON.stringify(this.#heard.slice(-600))}`);
  }

  /** Refuses every option, as the loader does. */
  #take(chunk: Buffer): void {
    for (const item of this.#decoder.push(chunk)) {
      if (item.is === "text") this.#heard += item.bytes.toString("latin1");
      if (item.is === "option" && item.verb === DO) this.socket.write(Buffer.from([IAC, WONT, item.option]));
      if (item.is === "option" && item.verb === WILL) this.socket.write(Buffer.from([IAC, DONT, item.option]));
    }
  }
}

function typed(events: readonly Event[]): readonly string[] {
  return events.filter(({ kind }) => kind === "command.input").map(({ fields }) => String(fields["line"]));
}

test("Debian's telnet, driven by expect, logs in and works", { ...needs("telnet", "expect"), timeout: 60_000 }, async (t) => {
  const sensor = await startTestSensor({ decoys: { telnet: {} }, persona: sitePersonaForTests("debian-12") });
  t.after(() => sensor.stop());
  const script = `set timeout 20
spawn ${programPath("telnet")} 127.0.0.1 ${sensor.port("telnet")}
expect "login: " { send "root\\r" }
expect "Password: " { send "xc3511\\r" }
expect "# " { send "echo a\\$((40+2))b\\r" }
expect "a42b"
expect "# " { send "exit\\r" }
expect eof
puts "DONE"
`;
  const output = await run(programPath("expect") ?? "", script);
  assert.match(output, /a42b[\s\S]*DONE/);
  const accepted = sensor.events().find(({ kind, fields }) => kind === "auth.attempt" && fields["accepted"] === true);
  assert.equal(accepted?.fields["password"], "xc3511");
});

function run(program: string, input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ["-"], { stdio: ["pipe", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += String(chunk);
    });
    child.on("error", reject);
    child.on("close", () => resolve(output));
    child.stdin.end(input);
  });
}
