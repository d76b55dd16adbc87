import { adbMessage } from "../../stimuli/adb-stimuli.ts";
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

const adbConnect = say(adbMessage("CNXN", [0x01000001, 0x100000], "host::features=cmd,stat_v2,shell_v2"));
const adbPwd = say(adbMessage("OPEN", [0x6b, 0], "shell:pwd\0"));

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
  stimulus("known.ssh.mirror", "ssh", { port: SSH, steps: [hear(3000, 200), { reply: mirrored }, WAIT], quick: true }),
  stimulus("known.adb.pwd", "adb", { port: 5555, steps: [adbConnect, adbPwd, WAIT] }),
  stimulus("known.s7.connect", "s7", { port: 102, steps: [hex("0300001611e00000000400c1020100c2020102c0010a"), WAIT] }),
  stimulus("known.s7.blocks", "s7", { port: 102, steps: S7.flatMap((request) => [request, hear(1000, 150)]) }),
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
  stimulus("known.http.asa", "http", { port: WEB, steps: httpGet("/+CSCOE+/logon.html?fcadbadd=1") }),
  stimulus("known.http.cluster", "http", { port: [...WEB, 9200], steps: httpGet("/_cluster/settings") }),
];
