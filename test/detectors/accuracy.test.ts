import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { before, describe } from "node:test";
import { needs } from "../rig/needs.ts";
import { runApart } from "./accuracy/apart.ts";
import type { ProgramName } from "./accuracy/configuration.ts";
import { configurations } from "./accuracy/configurations/index.ts";
import { decoyTodo, writtenTodo } from "./accuracy/decoy-todo.ts";
import { figuresTable, lineOf } from "./accuracy/figures.ts";
import { idsShownBy, type Judged, judge } from "./accuracy/judged.ts";
import { savedViews } from "./accuracy/saved-views.ts";
import { subjects } from "./accuracy/subjects.ts";

const least: Readonly<Record<ProgramName, number>> = {
  sshd: 12,
  dropbear: 4,
  nginx: 10,
  apache2: 8,
  vsftpd: 5,
  "redis-server": 6,
  mariadbd: 5,
  postgres: 4,
  smbd: 4,
  busybox: 5,
  "systemd-socket-activate": 4,
  python3: 1,
};

test("at least 64 real configurations, each once, of every server as many as promised, and eight hosts with several", () => {
  const alone = configurations.filter(({ services }) => services.length === 1);
  assert.equal(new Set(configurations.map(({ services }) => JSON.stringify(services))).size, configurations.length);
  assert.equal(new Set(subjects.map(({ name }) => name)).size, subjects.length);
  assert.ok(configurations.length >= 64);
  for (const [program, number] of Object.entries(least))
    assert.ok(alone.filter(({ services }) => services[0]?.program === program).length >= number, program);
  assert.ok(configurations.length - alone.length >= 8);
});

const servers = [
  "apache2",
  "busybox",
  "ip",
  "python3",
  "unshare",
  "systemd-socket-activate",
  "dropbear",
  "mariadbd",
  "nginx",
  "openssl",
  "pg_ctlcluster",
  "redis-server",
  "setpriv",
  "smbd",
  "sshd",
  "vsftpd",
];

describe("the labelled set", needs("root", ...servers), () => {
  let all: readonly Judged[] = [];
  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), "utsusemi-views-"));
    try {
      assert.equal(await runApart(["--views", folder], "ignore"), 0);
      all = savedViews(folder, subjects).map(judge);
    } finally {
      rmSync(folder, { recursive: true });
    }
    assert.equal(all.length, subjects.length);
    process.stdout.write(`${figuresTable(all)}\n`);
  });

  test("no real server is called a honeypot", () => {
    const wrong = all.filter(({ subject, detection }) => subject.group === "real server" && detection.assessment.verdict === "honeypot");
    assert.deepEqual(wrong.map(lineOf), []);
  });

  test("every honeypot persona is called one, and every known honeypot that shows what no real product does", () => {
    const missed = all.filter(({ subject, detection }) => subject.want === "honeypot" && detection.assessment.verdict !== "honeypot");
    assert.deepEqual(missed.map(lineOf), []);
  });

  test("each real server is looked at: its ports are open and answer", () => {
    const silent = all.filter(({ subject, detection }) => subject.group === "real server" && detection.assessment.looked < 12);
    assert.deepEqual(silent.map(lineOf), []);
  });

  test("trials of logins and proxies are made on real servers, and no server that they were made on lies", () => {
    const tried = all.filter(({ subject, trials }) => subject.group === "real server" && trials.length > 0);
    const made = new Set(tried.flatMap(({ trials }) => trials));
    for (const trial of [
      "22 login.random",
      "21 login.random",
      "80 login.random",
      "3306 login.random",
      "5433 login.random",
      "80 proxy.connect",
    ])
      assert.ok(made.has(trial), `${trial} among ${[...made].join(", ")}`);
    const lies = tried.filter((one) => idsShownBy(one).some((id) => /^trait\.(login|proxy|relay)\./.test(id)));
    assert.deepEqual(lies.map(lineOf), []);
  });

  test("no decoy with a real persona is called a honeypot", () => {
    const seen = all.filter(
      ({ subject, detection }) => subject.group === "decoy, real persona" && detection.assessment.verdict === "honeypot",
    );
    assert.deepEqual(seen.map(lineOf), []);
  });

  test("what gives our decoys away only gets less", () => {
    const [now, written] = [decoyTodo(all), writtenTodo()];
    assert.deepEqual(
      now.filter((line) => !written.includes(line)),
      [],
      "new signs; the decoys must not show them",
    );
    assert.deepEqual(
      written.filter((line) => !now.includes(line)),
      [],
      "no longer shown: take these lines out of decoy-todo.txt",
    );
  });
});
