import { hear, type Step, type Stimulus, say } from "../../stimuli/stimulus.ts";

/**
 * What the known remote tools say to a port, where that differs from the stimuli that every detection uses. The bytes are those that decide
 * the tools' verdicts; each is one harmless request.
 */
const WAIT = hear(4000, 400);

function stimulus(
  id: string,
  protocol: string,
  { port, steps, quick = false }: { readonly port: number | readonly number[]; readonly steps: readonly Step[]; readonly quick?: boolean },
): Stimulus {
  return { id, protocol, transport: "tcp", sentTo: "its-ports", ports: typeof port === "number" ? [port] : port, steps, quick };
}

const hex = (digits: string) => say(Buffer.from(digits.replaceAll(" ", ""), "hex"));
const SSH = [22, 2222, 22222];
const WEB = [80, 443, 8000, 8080, 8443, 64297];
const httpGet = (path: string) => [
  say(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\nConnection: close\r\n\r\n`),
  WAIT,
];

/** ADB: the header is command, two arguments, length, checksum, and the command's complement. */
const ADB_FEATURES = Buffer.from("host::features=shell_v2,cmd,stat_v2", "latin1");

export function adbMessage(command: string, [first, second]: readonly [number, number], payload: Uint8Array): Uint8Array {
  const header = Buffer.alloc(24);
  header.write(command, 0, "latin1");
  header.writeUInt32LE(first, 4);
  header.writeUInt32LE(second, 8);
  header.writeUInt32LE(payload.length, 12);
  header.writeUInt32LE(
    payload.reduce((sum, byte) => sum + byte, 0),
    16,
  );
  header.writeUInt32LE((header.readUInt32LE(0) ^ 0xffffffff) >>> 0, 20);
  return Buffer.concat([header, payload]);
}

const adbConnect = say(adbMessage("CNXN", [0x01000001, 0x100000], ADB_FEATURES));
const adbPwd = say(adbMessage("OPEN", [0x6b, 0], Buffer.from("shell:pwd\0", "latin1")));

/** S7: set up communication, read SZL 0x0011 twice and 0x001C, after the transport's connection request. */
const S7 = [
  hex("0300001611e00000001400c1020100c2020102c0010a"),
  hex("0300001902f08032010000000000080000f0000001000101e0"),
  hex("0300002102f080320700000000000800080001120411440100ff09000400110001"),
  hex("0300002102f080320700000000000800080001120411440100ff09000400110001"),
  hex("0300002102f080320700000000000800080001120411440100ff090004001c0001"),
];

const mirrored = (heard: Uint8Array): Uint8Array | undefined =>
  heard.length === 0 ? undefined : Buffer.concat([heard.subarray(0, 1024), Buffer.from("\n\n\n\n\n\n\n\n", "latin1")]);

export const knownStimuli: readonly Stimulus[] = [
  stimulus("known.ssh.version-1337", "ssh", { port: SSH, steps: [say("SSH-1337-OpenSSH_9.0\r\n"), WAIT], quick: true }),
  stimulus("known.ssh.bare-1337", "ssh", { port: SSH, steps: [hear(3000, 200), say("SSH-1337\n"), WAIT], quick: true }),
  stimulus("known.ssh.spacer", "ssh", { port: SSH, steps: [hear(3000, 200), say(`SSH-2.0-OpenSSH${"\n".repeat(10)}`), WAIT], quick: true }),
  stimulus("known.ssh.twice", "ssh", {
    port: SSH,
    steps: [hear(3000, 200), say("SSH-2.0-OpenSSH_6.0p1 Debian-4+deb7u2\n".repeat(2)), WAIT],
    quick: true,
  }),
  stimulus("known.ssh.mirror", "ssh", { port: SSH, steps: [hear(3000, 200), { reply: mirrored }, WAIT], quick: true }),
  stimulus("known.adb.connect", "adb", { port: 5555, steps: [adbConnect, WAIT] }),
  stimulus("known.adb.pwd", "adb", { port: 5555, steps: [adbConnect, adbPwd, WAIT] }),
  stimulus("known.s7.connect", "s7", { port: 102, steps: [hex("0300001611e00000000400c1020100c2020102c0010a"), WAIT] }),
  stimulus("known.s7.blocks", "s7", { port: 102, steps: S7.flatMap((request) => [request, hear(1000, 150)]) }),
  stimulus("known.enip.identity", "ethernet-ip", {
    port: 44818,
    steps: [hex("63000000 00000000 00000000 00000000 c1debed1 00000000"), WAIT],
  }),
  stimulus("known.ftp.pass-empty", "ftp", {
    port: [21, 2121],
    steps: [say("USER root\r\n"), hear(2000, 300), say("PASS \r\n"), WAIT],
    quick: true,
  }),
  stimulus("known.mongodb.buildinfo", "mongodb", {
    port: 27017,
    steps: [
      hex(
        "3b0000003c300000ffffffffd4070000 00000000 61646d696e2e24636d6400 00000000 ffffffff 14000000 10 6275696c64696e666f00 01000000 00",
      ),
      WAIT,
    ],
  }),
  stimulus("known.mqtt.v5", "mqtt", { port: [1883, 8883], steps: [hex("1010 00044d515454 05 02 003c 03 210014 0000"), WAIT] }),
  stimulus("known.smb.dialects", "smb", {
    port: [445, 139],
    steps: [
      hex(
        "00000045 ff534d42 72 00000000 08 01c8 0000000000000000 00000000 0000 ffff 0100 ffff 0000 00 2200 024e54204c4d20302e313200 02534d4220322e30303200 02534d4220322e3f3f3f00",
      ),
      WAIT,
    ],
  }),
  stimulus("known.gaspot.odd", "atg", { port: 10001, steps: [say("^AI21400"), WAIT] }),
  stimulus("known.smtp.help", "smtp", { port: [25, 465, 587, 2525], steps: [say("HELP\r\n"), WAIT], quick: true }),
  stimulus("known.redis.quit", "redis", { port: 6379, steps: [say("QUIT"), WAIT], quick: true }),
  stimulus("known.http.asa", "http", { port: WEB, steps: httpGet("/+CSCOE+/logon.html?fcadbadd=1") }),
  stimulus("known.http.root", "http", { port: WEB, steps: httpGet("/"), quick: true }),
  stimulus("known.http.aaaa", "http", { port: WEB, steps: [say("AAAA / HTTP/1.1\r\nHost: localhost\r\n\r\n"), WAIT], quick: true }),
  stimulus("known.http.cluster", "http", { port: [...WEB, 9200], steps: httpGet("/_cluster/settings") }),
  stimulus("known.http.version-1337", "http", { port: WEB, steps: [say("GET / HTTP/1337\r\nHost: localhost\r\n\r\n"), WAIT], quick: true }),
  stimulus("known.http.get-1.0", "http", { port: WEB, steps: [say("GET / HTTP/1.0\r\n\r\n"), WAIT], quick: true }),
  stimulus("known.lines", "any", { port: [25, 80, 139, 110, 143], steps: [hear(2000, 200), say("\r\n\r\n"), WAIT] }),
  stimulus("known.sip.options", "sip", {
    port: [5060, 80],
    steps: [
      say(
        "OPTIONS sip:a@b.invalid SIP/2.0\r\nVia: SIP/2.0/TCP b.invalid;branch=z9hG4bKa\r\nFrom: <sip:a@b.invalid>;tag=a\r\nTo: <sip:c@b.invalid>\r\nCall-ID: 7\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\nContact: <sip:a@b.invalid>\r\nAccept: application/sdp\r\n\r\n",
      ),
      WAIT,
    ],
  }),
];
