import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { carriedAround, guardProgram } from "../../src/disguise/run/carried-around.ts";
import { OperatorError } from "../../src/errors/operator-error.ts";
import type { Carriage } from "../../src/steward/apply/carriage.ts";
import { UnitSettings } from "../../src/steward/carriers/systemd/unit-text.ts";
import { needs } from "../rig/needs.ts";
import { carry, dropInOf, FOLDER, fileOf, type ThoughtUnits } from "./service-rig.ts";
import { canAskSystemd, type Understood, understoodBySystemd } from "./systemd-dump.ts";

/** What is written for systemd is what the real systemd reads there: of units as they are found in the wild, and of all that are installed here. */
const missing = needs("root", "systemd-analyze").skip;
const systemd = { skip: missing !== false ? missing : canAskSystemd() ? false : "systemd has no test mode here" };

/** In their own words; none is anybody's file. */
const WILD: Readonly<Record<string, string>> = {
  "wild-at": "Type=notify\nExecStart=@/usr/bin/dbus-daemon @dbus-daemon --system --address=systemd: --nofork --systemd-activation",
  "wild-agetty@": "Type=idle\nExecStart=-/sbin/agetty -o '-p -- \\\\u' --noclear - $TERM %I\nUtmpIdentifier=%I\nIgnoreSIGPIPE=no",
  "wild-nginx": 'Type=forking\nPIDFile=/run/nginx.pid\nExecStart=/usr/sbin/nginx -g "daemon on; master_process on;"\nKillMode=mixed',
  "wild-semicolon": "Type=oneshot\nExecStart=/bin/echo one ; -/bin/echo two \\; three ; /bin/echo 'four ; five'",
  "wild-lines": 'ExecStart=/usr/bin/prog --one \\\n  # a comment in it\n  --two="a b" \\\n\t--three \'c\\td\' \\\n  "" last',
  "wild-long": 'ExecStart=/bin/sh -c "set -f; [ -e /x ] || \\\n VAR=1; \\\n\texec prog"',
  "wild-reset": `ExecStart=/bin/first\nExecStart=\nExecStart=/bin/second --x=$FOO ${"$"}{BAR}baz $$literal`,
  "wild-user": "User=daemon\nGroup=adm\nSupplementaryGroups=tty dialout\nExecStart=-:/bin/prog $NOT_PUT_IN %n %%",
  "wild-mixed": 'User=daemon\nExecStart=-@:/bin/prog name "x\\x20y" \\u00e9',
  "wild-quoted": 'ExecStart="-/opt/my prog/run" \'a\'"b" c\\ d',
  "wild-relative": "ExecStart=sh -c 'echo \"$$HOME\"; exit 1'",
  "wild-rights": "User=daemon\nType=oneshot\nExecStart=+/bin/a\nExecStart=!/bin/b\nExecStart=!!/bin/c\nExecStart=/bin/d",
  "wild-bounding":
    "User=daemon\nCapabilityBoundingSet=~CAP_SYS_MODULE\nNoNewPrivileges=yes\nSystemCallFilter=~@reboot @swap\nExecStart=/bin/a",
  "wild-ambient": "User=daemon\nAmbientCapabilities=CAP_NET_BIND_SERVICE CAP_IPC_LOCK\nExecStart=/bin/a -b",
  "wild-filter": "SystemCallFilter=@system-service\nExecStart=/bin/a",
  "wild-mounts": "SystemCallFilter=@system-service @mount\nSystemCallErrorNumber=EPERM\nExecStart=/bin/a",
};

/** The units of Debian's packages that are installed here, templates with an instance. */
function installed(): Readonly<Record<string, string>> {
  const folder = "/lib/systemd/system";
  const names = readdirSync(folder).filter((name) => name.endsWith(".service") && lstatSync(join(folder, name)).isFile());
  return Object.fromEntries(names.map((name) => [name.replace(/\.service$/, ""), readFileSync(join(folder, name), "utf8")]));
}

const fileName = (id: string) => id.replace(/@.*\./, "@.");
const idOf = (name: string) => `${name.replace(/@$/, "@tty1")}.service`;
const ACCOUNTS = Object.fromEntries(["/etc/passwd", "/etc/group"].map((path) => [path, readFileSync(path, "utf8")]));

function asUnits(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [idOf(name), text.includes("[Service]") ? text : `[Service]\n${text}\n`]),
  );
}

/** What systemd makes of the filter, which `systemctl show` tells of a unit that is loaded. */
const filterIn = ({ text }: Understood) => /^\t*SystemCallFilter: (.*)$/m.exec(text)?.[1] ?? "";

function carriedOf(id: string, text: string, before: Understood): Carriage | string {
  const units: ThoughtUnits = { [id]: { text, shows: { SystemCallFilter: filterIn(before) } } };
  try {
    return carry(`service:${id}`, units, { files: ACCOUNTS });
  } catch (error) {
    if (error instanceof OperatorError && error.code === "disguise-unsupported") return error.message;
    throw error;
  }
}

/** Lines that differ from one reading to the next, or are the drop-in itself. */
const OWN = /Timestamp|Invocation ID|DropIn Path|\((?:origin|destination)-|Command Line: \S*\/service-[0-9a-f]{12}\b/;

function assertOnlyWrapped(before: Understood, after: Understood, commands: string) {
  assert.equal(after.starts.length, before.starts.length, commands);
  for (const [index, words] of after.starts.entries()) {
    const original = before.starts[index] ?? [];
    const options = words.slice(0, words.indexOf("--") + 1);
    const rest = words.slice(options.length + (options.includes("--name") ? 1 : 0));
    assert.match(options.join(" "), new RegExp(`^${FOLDER}/(service-[0-9a-f]{12}) enter ${FOLDER}/\\1\\.plan .*--$`), commands);
    assert.deepEqual(rest, original, commands);
  }
  const others = (text: string, isCommand: RegExp) =>
    text
      .split("\n")
      .filter((line) => !OWN.test(line) && !isCommand.test(line))
      .map((line) => line.replace("~", "~ ").split(/ +/).sort().join(" "))
      .sort();
  const started = before.starts.length > 0 ? /-> ExecStart:|Command Line: / : /^$/;
  assert.deepEqual(others(after.text, started), others(before.text, started), commands);
}

function assertAllWrapped(texts: Readonly<Record<string, string>>): ReadonlyMap<string, Carriage | string> {
  const units = asUnits(texts);
  const files = Object.fromEntries(Object.entries(units).map(([id, text]) => [fileName(id), text]));
  const before = understoodBySystemd(files, Object.keys(units));
  const read = (id: string, from: ReadonlyMap<string, Understood>) => from.get(id) ?? { starts: [], text: "" };
  const carried = new Map(Object.entries(units).map(([id, text]) => [id, carriedOf(id, text, read(id, before))]));
  const dropIns = [...carried].flatMap(([id, carriage]): [string, string][] =>
    typeof carriage === "string" ? [] : [[`${id}.d/zz-local.conf`, dropInOf(carriage).text]],
  );
  const after = understoodBySystemd({ ...files, ...Object.fromEntries(dropIns) }, Object.keys(units));
  for (const [id, carriage] of carried)
    if (typeof carriage !== "string") assertOnlyWrapped(read(id, before), read(id, after), `${id}: ${units[id]}`);
  return carried;
}

test("units in the wild: systemd reads the guard before the same words, and nothing else is changed", systemd, () => {
  const carried = assertAllWrapped(WILD);
  const stays = [...carried].flatMap(([id, carriage]) => (typeof carriage === "string" ? [id] : []));
  assert.deepEqual(stays, ["wild-filter.service"]);
});

test("every unit that is installed here: the same, or a reason why it stays as it is", systemd, (context) => {
  const carried = [...assertAllWrapped(installed())];
  const wrapped = carried.filter(([, carriage]) => typeof carriage !== "string").map(([id]) => id);
  assert.ok(wrapped.length > 0);
  for (const [id, carriage] of carried)
    if (typeof carriage === "string") assert.ok(carriage.startsWith(`${id} stays as it is: `), carriage);
  context.diagnostic(`${wrapped.length} of ${carried.length} can be carried: ${wrapped.join(" ")}`);
});

test("our reading of units is systemd's: commands, account and type of every unit that is installed here", systemd, () => {
  const units = asUnits({ ...installed(), ...WILD });
  const understood = understoodBySystemd(
    Object.fromEntries(Object.entries(units).map(([id, text]) => [fileName(id), text])),
    Object.keys(units),
  );
  for (const [id, text] of Object.entries(units)) {
    const unit = new UnitSettings([text]);
    const its = understood.get(id);
    if (its === undefined || !its.text.includes("Load State: loaded")) continue;
    const field = (name: string) => new RegExp(`^\\t*${name}: (.*)$`, "m").exec(its.text)?.[1];
    const plain = (value: string | undefined) => (value?.includes("%") === true ? undefined : value);
    for (const name of ["User", "Group", "PAMName", "KillMode", "Type"]) {
      const ours = plain(unit.last(name));
      if (ours !== undefined) assert.equal(field(name), ours, `${id} ${name}`);
    }
    assert.equal(its.starts.length > 0, unit.list("ExecStart").length > 0, id);
  }
});

const folder = mkdtempSync(join(tmpdir(), "service-systemd-"));
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true, force: true }));

/** The drop-in that would be hidden is not among this host's own. */
const NO_DROP_IN_HERE = /^utsusemi: names in \/etc\/systemd\/system\/as-[a-z]+\.service\.d cannot be shown otherwise \(error 1\)\n$/;

/** Puts the generated files where they belong, and runs the commands as systemd read them. */
function startedAsWritten(name: string, lines: string): readonly string[] {
  const text = `[Service]\n${lines}\n`;
  const parts = { around: carriedAround(), guard: guardProgram() };
  const effect = { hostName: "svr-service", files: { "/etc/hostname": "svr-service\n" } };
  const carriage = carry(`service:${name}`, { [`${name}.service`]: { text } }, { effect, folder, parts, files: ACCOUNTS });
  for (const change of carriage.changes)
    if (change.kind === "file" && change.path.startsWith(folder))
      writeFileSync(change.path, Buffer.from(change.contents, "base64"), { mode: change.mode ?? 0 });
  assert.notEqual(fileOf(carriage, carriage.planFile ?? ""), "");
  const files = { [`${name}.service`]: text, [`${name}.service.d/zz-local.conf`]: dropInOf(carriage).text };
  const { starts } = understoodBySystemd(files, [`${name}.service`]).get(`${name}.service`) ?? { starts: [] };
  // No variables are in these commands, so that all that is left for systemd to put in is a dollar sign for two.
  const put = starts.map((words) => words.map((word) => word.replaceAll("$$", "$")));
  return put.map(([program = "", ...words]) => {
    const { stdout, stderr } = spawnSync(program, words, {
      encoding: "utf8",
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
      cwd: "/",
      timeout: 30_000,
    });
    assert.match(stderr, NO_DROP_IN_HERE);
    return stdout;
  });
}

test("what systemd would start is the service under the disguise, with the service's own account", systemd, () => {
  const ids = 'hostname; cat /etc/hostname; id -u; id -g; id -G; echo "[$1]"';
  const shell = `/bin/sh -c '${ids}' sh "a  b"`;
  const account = (name: string) => spawnSync("sh", ["-c", `id -u ${name}; id -g ${name}; id -G ${name}`], { encoding: "utf8" }).stdout;
  const seen = "svr-service\nsvr-service\n";
  assert.deepEqual(startedAsWritten("as-root", `ExecStart=${shell}`), [`${seen}0\n0\n0\n[a  b]\n`]);
  assert.deepEqual(startedAsWritten("as-daemon", `User=daemon\nExecStart=-${shell}`), [`${seen}${account("daemon")}[a  b]\n`]);
  assert.deepEqual(
    startedAsWritten("as-named", `Type=oneshot\nUser=daemon\nExecStart=@/bin/sh other -c 'echo $$0'\nExecStart=+/usr/bin/id -u`),
    ["other\n", "0\n"],
  );
  assert.notEqual(hostname(), "svr-service");
});
