import { existsSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { OperatorError } from "../../errors/operator-error.ts";
import { listening } from "../../steward/client/reach.ts";
import { engineState } from "../../steward/engine/engine-state.ts";
import { systemProgram } from "../../steward/engine/network-programs.ts";
import { socketOf } from "../../steward/place.ts";
import { authSource } from "../../steward/wire/logs/auth-logs.ts";
import type { Finding } from "./findings.ts";

/** What the wire disguise has to work with here. */
export async function* wireFindings(folder: string): AsyncGenerator<Finding> {
  yield engine();
  yield lateAnswers();
  yield decoysElsewhere();
  yield logins();
  yield await steward(folder);
}

function engine(): Finding {
  const { state, why } = engineState();
  const what = "wire: the engine can be loaded";
  const needed = /Debian's package (\w+)/.exec(why)?.[1];
  const mend = needed === undefined ? MENDS[state] : `apt-get install ${needed}`;
  return { what, answer: state, cause: why, ...(mend === undefined ? {} : { mend }) };
}

const MENDS = {
  present: undefined,
  unknown: "sudo utsusemi doctor",
  absent: "It needs Linux 5.15 or later with CONFIG_BPF_SYSCALL, and a kernel that is not locked down.",
} as const;

/** The kernel's own parts by which packets are delayed; which of them an interface takes is known only when it is up. */
function lateAnswers(): Finding {
  const what = "wire: suspects can be answered late";
  const parts = kernelParts();
  if (parts === undefined) return { what, answer: "unknown", cause: "the kernel does not list its parts; `utsusemi wire up` finds out" };
  if (parts.includes("sch_fq"))
    return { what, answer: "present", cause: "by departure times (fq), where nobody has configured the root queue" };
  if (parts.includes("nfnetlink_queue") && systemProgram("nft") !== undefined)
    return { what, answer: "present", cause: "by a queue of nftables: this kernel has no fq" };
  return {
    what,
    answer: "absent",
    cause: "this kernel has neither fq nor queues of nftables, so only the decoys of a sensor are late",
    mend: "Use Debian's kernel, or build sch_fq.",
  };
}

/** Modules by name, those that are built in as well; undefined: nobody says. */
function kernelParts(): readonly string[] | undefined {
  const folder = `/lib/modules/${release()}`;
  const files = ["modules.dep", "modules.builtin"].map((name) => `${folder}/${name}`).filter((path) => existsSync(path));
  if (files.length === 0) return undefined;
  const text = files.map((path) => readFileSync(path, "latin1")).join("\n");
  return [...text.matchAll(/^\S*\/([\w-]+)\.ko/gm)].map(([, name = ""]) => name.replaceAll("-", "_"));
}

/** Only decoys outside the sensor need it. */
function decoysElsewhere(): Finding {
  const what = "wire: suspects can be sent to decoys elsewhere (nftables)";
  if (systemProgram("nft") === undefined) return { what, answer: "absent", cause: "nft is missing", mend: "apt-get install nftables" };
  const forwards = [
    ["net.ipv4.ip_forward", "/proc/sys/net/ipv4/ip_forward"],
    ["net.ipv6.conf.all.forwarding", "/proc/sys/net/ipv6/conf/all/forwarding"],
  ].filter(([, path = ""]) => existsSync(path) && readFileSync(path, "latin1").trim() !== "0");
  const cause =
    forwards.length === 0
      ? "only to this host's own addresses: it forwards nothing"
      : `forwarding is on: ${forwards.map(([name]) => name).join(", ")}`;
  return { what, answer: "present", cause };
}

function logins(): Finding {
  const what = "wire: logins can be followed";
  const source = authSource();
  if (source !== "none") return { what, answer: "present", cause: source === "journal" ? "in the journal" : `in ${source}` };
  const mend = "apt-get install rsyslog, or run systemd-journald.";
  return { what, answer: "absent", cause: "journald does not run, and there is no /var/log/auth.log", mend };
}

async function steward(folder: string): Promise<Finding> {
  const what = "wire: a steward that stays";
  const mend = "utsusemi wire up starts one; with a section `wire` in the configuration, utsusemi service install makes it a service.";
  try {
    const reached = await listening(socketOf(folder));
    reached?.socket.destroy();
    return reached === undefined
      ? { what, answer: "absent", cause: "none listens", mend }
      : { what, answer: "present", cause: "it listens" };
  } catch (error) {
    if (error instanceof OperatorError) return { what, answer: "unknown", cause: error.message.replace(/\.$/, "") };
    throw error;
  }
}
