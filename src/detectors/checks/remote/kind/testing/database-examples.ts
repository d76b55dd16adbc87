import type { Example } from "../../../../check.ts";
import type { RemoteView } from "../../../../views/remote-view.ts";
import { changed, realHost } from "./real-servers.ts";
import { hexText, host } from "./told-views.ts";

/** Databases. */
interface Greeting {
  readonly version?: string;
  readonly thread?: string;
  readonly salt?: string;
  readonly capabilities?: readonly [string, string];
}

const DRAWN = "01177f3a6b0c2d5e 1122034455667708090a0b0c";

/** A greeting of MySQL (HandshakeV10). */
export function mysql({ version = "8.0.36", thread = "0b000000", salt = DRAWN, capabilities = ["ffff", "ffdf"] }: Greeting = {}): string {
  const [first = "", rest = ""] = salt.split(" ");
  const body =
    hexText("0a") +
    version +
    hexText(`00 ${thread} ${first} 00 ${capabilities[0]} ff 0200 ${capabilities[1]} 15 ${"00".repeat(10)} ${rest} 00`);
  return `${String.fromCharCode(body.length)}\0\0\0${body}`;
}

const TEXT_SALT = `${Buffer.from("saltsalt").toString("hex")} ${Buffer.from("123456789012").toString("hex")}`;
const OTHER_SALT = `${Buffer.from("SALTsalt").toString("hex")} ${Buffer.from("abcdefghijkl").toString("hex")}`;

/** A reply of MongoDB whose document is in the clear around the fields that are looked at. */
const mongo = (fields: string) =>
  hexText("60000000 01000000 313c0000 01000000 08000000 00000000 00000000 00000000 01000000 40000000") + fields;
const RELEASE = `\x02version\0${hexText("06000000")}4.4.6\0`;
const wire = (version: number) => `\x08ismaster\0\x01\x10maxWireVersion\0${String.fromCharCode(version)}\0\0\0`;
const time = (kind: number) => `${String.fromCharCode(kind)}localTime\0${"\0".repeat(8)}`;
const connection = (number: number) => `\x10connectionId\0${String.fromCharCode(number)}\0\0\0`;
const mongoPair = (shown: string, clean: string): Example<RemoteView> => ({
  shown: host(27017, { "mongodb.ismaster": mongo(shown) }),
  clean: host(27017, { "mongodb.ismaster": mongo(clean) }),
});
const redis = (stimulus: string, answer: string): Example<RemoteView> => ({
  shown: changed("redis", { [stimulus]: answer }),
  clean: realHost("redis"),
});
const sql = (shown: Greeting, again: Greeting): Example<RemoteView> => ({
  shown: host(3306, { null: mysql(shown), "null.again": mysql(again) }),
  clean: realHost("mariadb"),
});

export const databaseExamples: Readonly<Record<string, Example<RemoteView>>> = {
  "mysql.flags": sql({ version: "5.7.16", capabilities: ["2ca2", "0000"] }, {}),
  "mysql.version.form": sql({ version: "5.7.00" }, {}),
  "mysql.salt.printable": {
    shown: host(3306, { null: mysql({ salt: TEXT_SALT }), "null.again": mysql({ salt: OTHER_SALT }) }),
    clean: host(3306, { null: mysql(), "null.again": mysql({ salt: OTHER_SALT }) }),
  },
  "mysql.sequence": {
    shown: host(3306, { "mysql.out-of-order": `${mysql()}${hexText("0700000200000002000000")}` }),
    clean: realHost("mariadb"),
  },
  "mysql.salt.repeats": sql({}, { thread: "0c000000" }),
  "mysql.thread.repeats": sql({}, { salt: OTHER_SALT }),
  "postgres.version-9": {
    shown: changed("postgres", { "postgres.version-9": hexText("52 00000008 00000003") }),
    clean: realHost("postgres"),
  },
  "postgres.error.fields": {
    shown: changed("postgres", { "postgres.version-9": `E\0\0\0\x2aSFATAL\0C28P01\0Mno such user\0\0`, "postgres.no-user": "" }),
    clean: realHost("postgres"),
  },
  "redis.hand": redis("redis.unknown", "-ERR unknown command `XYZZY`, with args beginning with: `a`, `bc`, \r\n"),
  "redis.quit.unended": redis("redis.quit", "+OK\r\n"),
  "redis.echo": redis("redis.echo", "+OK\r\n"),
  "redis.framing": redis("redis.no-dollar", "+OK\r\n"),
  "redis.pipeline.lost": redis("redis.pipeline", "+PONG\r\n"),
  "mongodb.wire-version": mongoPair(`${RELEASE}${wire(8)}`, `${RELEASE}${wire(9)}`),
  "mongodb.time": mongoPair(`${wire(9)}${time(2)}`, `${wire(9)}${time(9)}`),
  "mongodb.buildinfo.version": {
    shown: host(27017, { "mongodb.buildinfo": mongo("\x01ok\0\0\0\0\0\0\0\xf0\x3f") }),
    clean: host(27017, { "mongodb.buildinfo": mongo(RELEASE) }),
  },
  "mongodb.connection.repeats": {
    shown: host(27017, { "mongodb.ismaster": mongo(connection(1)), "mongodb.ismaster.again": mongo(connection(1)) }),
    clean: host(27017, { "mongodb.ismaster": mongo(connection(1)), "mongodb.ismaster.again": mongo(connection(2)) }),
  },
  "memcached.long-key": {
    shown: host(11211, { "memcached.long-key": "END\r\n" }),
    clean: host(11211, { "memcached.long-key": "CLIENT_ERROR line too long\r\n" }),
  },
};
