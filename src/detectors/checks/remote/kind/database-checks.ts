import type { PortView } from "../../../views/remote-view.ts";
import { mysqlGreeting } from "./mysql-greeting.ts";
import { bytesOf, conversation, fine, type Opinion, oddIf, portCheck, type RemoteCheck, textFrom } from "./opinions.ts";
import { compareVersions } from "./ssh-versions.ts";

/** Databases: versions against what those versions do. Distributions change words, never the protocol; only the protocol is judged. */
const greeting = (port: PortView) => mysqlGreeting(bytesOf(port, "null")) ?? mysqlGreeting(bytesOf(port, "null.again"));
const numbers = (version: string) => /^\d+(?:\.\d+)*/.exec(version.replace(/^5\.5\.5-/, ""))?.[0] ?? "";

const PLUGIN_AUTH = 0x80000;
const PRINTABLE = (byte: number) => byte >= 33 && byte <= 126;

const mysqlChecks: readonly RemoteCheck[] = [
  portCheck({
    id: "mysql.flags",
    family: "mysql",
    looksAt: "capabilities in MySQL's greeting",
    reason: "The greeting's version has had pluggable authentication for years, its capabilities have none.",
    ratio: 25,
    source: "MySQL protocol, capability flags; MariaDB 10.11 measured",
    opinion: (port) => {
      const hello = greeting(port);
      if (hello === undefined || compareVersions(numbers(hello.version), "5.6") < 0) return undefined;
      return oddIf((hello.capabilities & PLUGIN_AUTH) === 0, `${hello.version}, ${hello.capabilities.toString(16)}`);
    },
  }),
  portCheck({
    id: "mysql.version.form",
    family: "mysql",
    looksAt: "version in MySQL's greeting",
    reason: "The version is written as no release of MySQL is.",
    ratio: 15,
    source: "dev.mysql.com/doc/relnotes",
    opinion: (port) => {
      const hello = greeting(port);
      if (hello === undefined) return undefined;
      const wellFormed = /^(?:5\.5\.5-)?(?:0|[1-9]\d?)\.(?:0|[1-9]\d?)\.(?:(?:0|[1-9]\d{0,2})(?:[-.+~_ ].*|[a-z]?)|mysql_aurora.*)$/.test(
        hello.version,
      );
      return oddIf(!wellFormed, hello.version);
    },
  }),
  portCheck({
    id: "mysql.salt.printable",
    family: "mysql",
    looksAt: "characters of MySQL's salts",
    reason: "Salts of this version draw on 127 values, and these keep to the printable ones.",
    ratio: 15,
    source: "MySQL mysys_ssl/crypt_genhash_impl.cc; MariaDB draws printable ones and is left out",
    opinion: (port) => {
      const all = port.exchanges.flatMap(
        (one) => mysqlGreeting(Buffer.concat(one.turns.flatMap(({ from, bytes }) => (from === "them" ? [bytes] : [])))) ?? [],
      );
      const hello = all[0];
      if (hello === undefined || hello.mariadb || compareVersions(numbers(hello.version), "5.6") < 0) return undefined;
      const salts = Buffer.concat(all.slice(0, 20).map(({ salt }) => salt.subarray(0, 20)));
      if (salts.length < 20) return undefined;
      return oddIf(salts.every(PRINTABLE), `${salts.length} bytes of salt`);
    },
  }),
  portCheck({
    id: "mysql.sequence",
    family: "mysql",
    looksAt: "a packet out of sequence",
    reason: "A packet with a wrong number is taken as if the numbers were never looked at.",
    ratio: 15,
    source: "MySQL error 1156; MariaDB measured",
    opinion: (port) => {
      const bytes = bytesOf(port, "mysql.out-of-order");
      const length = bytes?.[0];
      if (bytes === undefined || length === undefined || mysqlGreeting(bytes) === undefined) return undefined;
      const answer = bytes.subarray(4 + length);
      if (answer.length === 0)
        return conversation(port, "mysql.out-of-order")?.ended === "silence" ? undefined : fine("the connection ends");
      const text = Buffer.from(answer).toString("latin1");
      return oddIf(!/out of order|08S01|Bad handshake/.test(text), JSON.stringify(text.slice(0, 60)));
    },
  }),
];

const postgresChecks: readonly RemoteCheck[] = [
  portCheck({
    id: "postgres.version-9",
    family: "postgres",
    looksAt: "protocol 9.9",
    reason: "A protocol version that does not exist is welcomed with a request to log in.",
    ratio: 25,
    source: "PostgreSQL 15 measured",
    opinion: (port) => {
      const bytes = bytesOf(port, "postgres.version-9");
      return bytes === undefined || bytes.length === 0
        ? undefined
        : oddIf(bytes[0] === 0x52, bytes[0] === 0x52 ? "asks for a password" : "refuses");
    },
  }),
  portCheck({
    id: "postgres.error.fields",
    family: "postgres",
    looksAt: "fields of a PostgreSQL error",
    reason: "The error lacks the file, the line or the routine that PostgreSQL adds to each.",
    ratio: 5,
    source: "PostgreSQL protocol, Error and Notice Message Fields; 15 measured",
    opinion: (port) => {
      const error = ["postgres.version-9", "postgres.no-user"]
        .map((id) => textFrom(port, id))
        .find((text) => text?.startsWith("E") ?? false);
      if (error === undefined) return undefined;
      const fields = error
        .slice(5)
        .split("\0")
        .map((field) => field[0]);
      const missing = ["S", "C", "M", "F", "L", "R"].filter((one) => !fields.includes(one));
      return oddIf(missing.length > 0, missing.length > 0 ? `without ${missing.join(", ")}` : "all fields");
    },
  }),
];

/** How Redis quotes an unknown command: since which version. */
function redisOpinion(port: PortView): Opinion {
  const answer = textFrom(port, "redis.unknown");
  const version = /redis_version:(\d+\.\d+\.\d+)/.exec(textFrom(port, "redis.info") ?? "")?.[1];
  if (answer === undefined || version === undefined || !answer.startsWith("-ERR unknown command")) return undefined;
  const style = answer.includes("with args beginning with") ? (answer.includes("`") ? "5" : "7") : "2";
  const should = compareVersions(version, "7.0") >= 0 ? "7" : compareVersions(version, "5.0") >= 0 ? "5" : "2";
  return oddIf(style !== should, `${version}: ${answer.trim()}`);
}

const redisChecks: readonly RemoteCheck[] = [
  portCheck({
    id: "redis.hand",
    family: "redis",
    looksAt: "Redis' version and its words for an unknown command",
    reason: "Redis quotes an unknown command otherwise than the version that it reports.",
    ratio: 25,
    source: "Redis server.c of 4, 5 and 7; 7.0.15 measured",
    opinion: redisOpinion,
  }),
  portCheck({
    id: "redis.quit.unended",
    family: "redis",
    looksAt: "QUIT without a line end",
    reason: "A command that has not ended yet is answered.",
    ratio: 30,
    source: "RedisHoneyPot; Redis 7.0.15 measured",
    opinion: (port) => {
      const text = textFrom(port, "redis.quit");
      const isRedis = /^(?:\+PONG|-NOAUTH|-ERR|-DENIED)/.test(textFrom(port, "redis.ping") ?? "");
      return text === undefined || !isRedis ? undefined : oddIf(text !== "", text === "" ? "waits" : text.trim());
    },
  }),
  portCheck({
    id: "redis.echo",
    family: "redis",
    looksAt: "ECHO",
    reason: "ECHO gives back something else than it was given.",
    ratio: 25,
    source: "Redis 7.0.15 measured",
    opinion: (port) => {
      const text = textFrom(port, "redis.echo");
      if (text === undefined || !/^[$+-]/.test(text)) return undefined;
      return oddIf(!/^(?:\$8\r\nq7wz-41b\r\n|-NOAUTH|-NOPERM|-DENIED|-LOADING)/.test(text), text.trim());
    },
  }),
  portCheck({
    id: "redis.framing",
    family: "redis",
    looksAt: "a Redis request with a wrong type byte",
    reason: "A request whose framing is broken is not refused as a protocol error.",
    ratio: 10,
    source: "Redis networking.c; 7.0.15 measured",
    opinion: (port) => {
      const text = textFrom(port, "redis.no-dollar");
      return text === undefined || text === "" || !/^[+$:*-]/.test(text)
        ? undefined
        : oddIf(!/Protocol error|^-NOAUTH|^-DENIED/.test(text), text.trim());
    },
  }),
  portCheck({
    id: "redis.pipeline.lost",
    family: "redis",
    looksAt: "three Redis commands in one segment",
    reason: "Only some of three commands sent together get an answer from a database that is made for that.",
    ratio: 15,
    source: "Redis 7.0.15 measured",
    opinion: (port) => {
      const text = textFrom(port, "redis.pipeline");
      if (text === undefined || !/^[+$-]/.test(text)) return undefined;
      const answers = text.match(/^[+$-]/gm)?.length ?? 0;
      return oddIf(answers < 3, `${answers} of 3 answers`);
    },
  }),
];

/** Highest wire version by release. */
const WIRE: Readonly<Record<string, number>> = {
  "3.2": 4,
  "3.4": 5,
  "3.6": 6,
  "4.0": 7,
  "4.2": 8,
  "4.4": 9,
  "5.0": 13,
  "6.0": 17,
  "7.0": 21,
  "8.0": 25,
};

const mongoChecks: readonly RemoteCheck[] = [
  portCheck({
    id: "mongodb.wire-version",
    family: "mongodb",
    looksAt: "MongoDB's version and wire version",
    reason: "The highest wire version belongs to another release than the one that is reported.",
    ratio: 15,
    source: "MongoDB wire_version.h; OpenCanary",
    opinion: (port) => {
      const [hello, build] = [bytesOf(port, "mongodb.ismaster"), textFrom(port, "mongodb.buildinfo")];
      const at = hello === undefined ? -1 : Buffer.from(hello).indexOf("\x10maxWireVersion\0", 0, "latin1");
      const release = /\x02version\0[\s\S]{4}(\d+\.\d+)\.\d+/.exec(`${build ?? ""}${Buffer.from(hello ?? []).toString("latin1")}`)?.[1];
      const should = release === undefined ? undefined : WIRE[release];
      const wire = at < 0 || hello === undefined ? undefined : hello[at + 16];
      return should === undefined || wire === undefined ? undefined : oddIf(wire !== should, `${release} with wire version ${wire}`);
    },
  }),
  portCheck({
    id: "mongodb.time",
    family: "mongodb",
    looksAt: "type of MongoDB's localTime",
    reason: "The local time is no date but a text.",
    ratio: 30,
    source: "OpenCanary mongodb; BSON type 9",
    opinion: (port) => {
      const hello = bytesOf(port, "mongodb.ismaster");
      const at = hello === undefined ? -1 : Buffer.from(hello).indexOf("localTime\0", 0, "latin1");
      return at < 1 || hello === undefined ? undefined : oddIf(hello[at - 1] !== 9, `type ${hello[at - 1]}`);
    },
  }),
  portCheck({
    id: "mongodb.buildinfo.version",
    family: "mongodb",
    looksAt: "buildInfo",
    reason: "The build information lacks the version, which is what it is for.",
    ratio: 40,
    source: "Dionaea mongo; nuclei",
    opinion: (port) => {
      const text = textFrom(port, "mongodb.buildinfo");
      if (text === undefined || text.length < 20 || /\x02errmsg\0|\$err\0/.test(text)) return undefined;
      return oddIf(!text.includes("\x02version\0"), text.includes("\x02version\0") ? "version is there" : "no version");
    },
  }),
  portCheck({
    id: "memcached.long-key",
    family: "memcached",
    looksAt: "a memcached key of 300 characters",
    reason: "A key beyond memcached's limit of 250 is looked up like any other.",
    ratio: 10,
    source: "memcached protocol.txt, Keys",
    opinion: (port) => {
      const text = textFrom(port, "memcached.long-key");
      return text === undefined || text === "" || !/^(?:END|CLIENT_ERROR|ERROR|VALUE)/.test(text)
        ? undefined
        : oddIf(text.startsWith("END"), text.trim());
    },
  }),
];

export const databaseChecks: readonly RemoteCheck[] = [...mysqlChecks, ...postgresChecks, ...redisChecks, ...mongoChecks];
