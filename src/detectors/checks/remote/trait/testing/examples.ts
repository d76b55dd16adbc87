import type { Example } from "../../../../check.ts";
import type { RemoteView, Trial } from "../../../../views/remote-view.ts";
import { mysql } from "../../kind/testing/database-examples.ts";
import { changed, realHost } from "../../kind/testing/real-servers.ts";
import { type Answers, hexText, host, hosts, told } from "../../kind/testing/told-views.ts";

/** Hosts that want to be attacked, and hosts that do not. */
const trial = (name: string, parts: Partial<Trial> = {}): RemoteView =>
  host(1080, {}, { trials: { [name]: { claimed: true, happened: false, seen: "granted; nobody came", ...parts } } });
const kept = (name: string): Example<RemoteView> => ({
  shown: trial(name),
  clean: trial(name, { happened: true, seen: "granted; the connection came" }),
});
const pair = (port: number, shown: Answers, clean: Answers): Example<RemoteView> => ({
  shown: host(port, shown),
  clean: host(port, clean),
});

const VERSION = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"Version":"20.10.5","ApiVersion":"1.41"}';
const ROOT = 'HTTP/1.1 200 OK\r\n\r\n{"name":"es","cluster_name":"elasticsearch","version":{"lucene_version":"4.10.4"}}';
const STAT = "STAT pid 1\r\nSTAT uptime 77\r\nEND\r\n";
const SNMP = hexText("302b 020100 0406 7075626c6963 a21e 020107 020100 020100 3013 3011 0608 2b06010201010100 0405 4c696e7578");
const DENIED = "-NOAUTH Authentication required.\r\n";
const IIS = "HTTP/1.1 200 OK\r\nServer: Microsoft-IIS/5.0\r\n\r\n";

export const examples: Readonly<Record<string, Example<RemoteView>>> = {
  "trait.proxy.socks4": kept("proxy.socks4"),
  "trait.proxy.socks5": kept("proxy.socks5"),
  "trait.proxy.connect": kept("proxy.connect"),
  "trait.relay.smtp": kept("relay.smtp"),
  "trait.login.random": {
    shown: trial("login.random", { seen: "accepted" }),
    clean: trial("login.random", { claimed: false, seen: "refused" }),
  },
  "trait.open.redis": { shown: realHost("redis"), clean: changed("redis", { "redis.info": DENIED }) },
  "trait.open.mongodb": pair(
    27017,
    { "mongodb.list": "\x04databases\0\x01totalSize\0" },
    { "mongodb.list": "\x02errmsg\0command listDatabases requires authentication\0" },
  ),
  "trait.open.docker": pair(2375, { "docker.version": VERSION }, { "docker.version": "HTTP/1.1 403 Forbidden\r\n\r\n" }),
  "trait.open.elasticsearch": pair(9200, { "elasticsearch.root": ROOT }, { "elasticsearch.root": "HTTP/1.1 401 Unauthorized\r\n\r\n" }),
  "trait.open.adb": pair(5555, { "adb.connect": `CNXN${"\0".repeat(20)}device::` }, { "adb.connect": `AUTH${"\0".repeat(20)}` }),
  "trait.open.vnc": pair(5900, { "vnc.challenge": "RFB 003.008\n\x02\x01\x02" }, { "vnc.challenge": "RFB 003.008\n\x01\x02" }),
  "trait.open.memcached": pair(11211, { "memcached.stats": STAT }, { "memcached.stats": "CLIENT_ERROR unauthenticated\r\n" }),
  "trait.open.socks": pair(1080, { "socks.greeting": hexText("0500") }, { "socks.greeting": hexText("0502") }),
  "trait.open.snmp": pair(161, { "snmp.udp.public": SNMP }, { "snmp.udp.public": "" }),
  "trait.open.several": {
    shown: hosts(
      told(2375, { "docker.version": VERSION }),
      told(9200, { "elasticsearch.root": ROOT }),
      told(11211, { "memcached.stats": STAT }),
    ),
    clean: realHost("redis"),
  },
  "trait.versions.old": {
    shown: hosts(
      told(22, { null: "SSH-2.0-OpenSSH_5.1p1 Debian-5\r\n" }),
      told(80, { "http.get": IIS }),
      told(3306, { null: mysql({ version: "5.0.54" }) }),
    ),
    clean: realHost("openssh", "nginx", "mariadb"),
  },
  "trait.versions.ssh": { shown: host(22, { null: "SSH-2.0-OpenSSH_5.1p1 Debian-5\r\n" }), clean: realHost("openssh") },
  "trait.lures.many": {
    shown: hosts(
      told(23, { null: "login: " }),
      told(3306, { null: mysql() }),
      told(5900, { null: "RFB 003.008\n" }),
      told(5555, { "adb.connect": "CNXN" }),
      told(6379, { "redis.ping": "+PONG\r\n" }),
      told(2375, { "docker.version": VERSION }),
    ),
    clean: realHost("openssh", "nginx", "mariadb"),
  },
};
