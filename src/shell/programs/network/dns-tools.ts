import type { Execution, Process, Program } from "../../program.ts";
import { formatTime, zoneOf } from "../time-format.ts";
import { isAddress, knownAddress, resolve } from "./resolver.ts";

function server(process: Process): string {
  return process.system.machine.nameservers[0] ?? "127.0.0.1";
}

/** nslookup of bind9 and of busybox. */
export const nslookup: Program = {
  name: "nslookup",
  *run(process) {
    const [name, given] = process.args.filter((arg) => !arg.startsWith("-"));
    if (name === undefined) return process.flavour === "busybox" ? yield* process.fail("Usage: nslookup HOST [SERVER]") : 0;
    const asked = given ?? server(process);
    const small = process.flavour === "busybox";
    yield* process.print(small ? `Server:\t\t${asked}\nAddress:\t${asked}:53\n\n` : `Server:\t\t${asked}\nAddress:\t${asked}#53\n\n`);
    if (isAddress(name)) return yield* print(process, `** server can't find ${reverse(name)}: NXDOMAIN\n\n`, 1);
    const found = yield* resolve(process, name);
    if (found === undefined) return yield* print(process, `** server can't find ${name}: NXDOMAIN\n\n`, 1);
    return yield* print(process, `Non-authoritative answer:\nName:\t${name}\nAddress: ${found.address}\n\n`);
  },
};

function* print(process: Process, text: string, status = 0): Execution {
  yield* process.print(text);
  return status;
}

function reverse(address: string): string {
  return `${address.split(".").reverse().join(".")}.in-addr.arpa`;
}

/** host of bind9. */
export const host: Program = {
  name: "host",
  *run(process) {
    const words = process.args.filter((arg, at) => !arg.startsWith("-") && !/^-[tWRmN]$/.test(process.args[at - 1] ?? ""));
    const type = (process.args[process.args.indexOf("-t") + 1] ?? "A").toUpperCase();
    const [name] = words;
    if (name === undefined)
      return yield* print(
        process,
        "Usage: host [-aCdilrTvVw] [-c class] [-N ndots] [-t type] [-W time]\n            [-R number] [-m flag] [-p port] hostname [server]\n",
        1,
      );
    if (isAddress(name)) return yield* print(process, `Host ${reverse(name)}. not found: 3(NXDOMAIN)\n`, 1);
    const found = yield* resolve(process, name);
    if (found === undefined) return yield* print(process, `Host ${name} not found: 3(NXDOMAIN)\n`, 1);
    if (process.args.includes("-t") && type !== "A") return yield* print(process, `${name} has no ${type} record\n`);
    return yield* print(process, `${name} has address ${found.address}\n`);
  },
};

/** dig of bind9: a whole message, or +short. */
export const dig: Program = {
  name: "dig",
  *run(process) {
    const words = process.args.filter((arg) => !/^[-+@]/.test(arg));
    const name = words.find((word) => !/^(A|AAAA|MX|NS|TXT|SOA|CNAME|PTR|ANY|SRV|IN)$/i.test(word)) ?? ".";
    const type = (words.find((word) => /^(A|AAAA|MX|NS|TXT|SOA|CNAME|PTR|ANY|SRV)$/i.test(word)) ?? "A").toUpperCase();
    const asked = process.args.find((arg) => arg.startsWith("@"))?.slice(1) ?? server(process);
    const found = knownAddress(process, name) === undefined ? yield* resolve(process, name) : undefined;
    const answers =
      found !== undefined && (type === "A" || type === "ANY")
        ? [`${name}.`.replace(/\.\.$/, ".").padEnd(24) + `${60 + (process.system.seeded(`ttl ${name}`) % 3000)}\tIN\tA\t${found.address}`]
        : [];
    if (process.args.includes("+short")) return yield* print(process, answers.map((line) => `${line.split("\t").at(-1)}\n`).join(""));
    return yield* print(process, message(process, { name, type, asked, answers, known: found !== undefined }));
  },
};

interface Question {
  readonly name: string;
  readonly type: string;
  readonly asked: string;
  readonly answers: readonly string[];
  readonly known: boolean;
}

function message(process: Process, question: Question): string {
  const { name, type, asked, answers, known } = question;
  const { wallMs } = process.system.now();
  const id = process.system.random(2);
  const number = id.charCodeAt(0) * 256 + id.charCodeAt(1);
  const lines = [
    "",
    `; <<>> DiG 9.18 <<>> ${process.args.join(" ")}`,
    ";; global options: +cmd",
    ";; Got answer:",
    `;; ->>HEADER<<- opcode: QUERY, status: ${known ? "NOERROR" : "NXDOMAIN"}, id: ${number}`,
    `;; flags: qr rd ra; QUERY: 1, ANSWER: ${answers.length}, AUTHORITY: 0, ADDITIONAL: 1`,
    "",
    ";; OPT PSEUDOSECTION:",
    "; EDNS: version: 0, flags:; udp: 1232",
    ";; QUESTION SECTION:",
    `;${`${name.replace(/\.$/, "")}.`.padEnd(23)}\tIN\t${type}`,
    "",
    ...(answers.length === 0 ? [] : [";; ANSWER SECTION:", ...answers, ""]),
    `;; Query time: ${4 + (process.system.seeded(`question ${name}`) % 45)} msec`,
    `;; SERVER: ${asked}#53(${asked}) (UDP)`,
    `;; WHEN: ${formatTime("%a %b %d %H:%M:%S %Z %Y", wallMs, zoneOf(process))}`,
    `;; MSG SIZE  rcvd: ${40 + name.length + answers.length * 16}`,
    "",
  ];
  return lines.map((line) => `${line}\n`).join("");
}
