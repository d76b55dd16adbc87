import type { Example } from "../../../../check.ts";
import type { RemoteView } from "../../../../views/remote-view.ts";
import { changed, realHost } from "./real-servers.ts";
import { type Answers, hexText, host } from "./told-views.ts";

/** SMB, TDS, RDP, SIP, SNMP, NTP, Modbus and VNC. */
const samba = (stimulus: string, answer: string): Example<RemoteView> => ({
  shown: changed("samba", { [stimulus]: answer }),
  clean: realHost("samba"),
});
const pair = (port: number, shown: Answers, clean: Answers): Example<RemoteView> => ({
  shown: host(port, shown),
  clean: host(port, clean),
});

const SMB1 = hexText("00000055 ff534d42 72 00000000 98 0140").concat("\0".repeat(60));
const SMB2 = (status: string, after = "") =>
  hexText(`00000080 fe534d42 4000 0000 ${status} 0000 0100 01000000`).concat("\0".repeat(44), after, "\0".repeat(64));
/** System time 40 bytes into the negotiation: the year 2003. */
const OLD_TIME = "\0".repeat(40).concat(hexText("00407f5b3c8ec301"));
const ntlm = (challenge: string) => `NTLMSSP\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0${hexText(challenge)}${"\0".repeat(16)}`;
const smb1Key = (key: string) => hexText(`00000055 ff534d42 72 ${"00".repeat(27)} 11 ${"00".repeat(33)} 08 1000 ${key}`);

const PRELOGIN = hexText("0401002b 00000100 00001a0006 0100200001 0200210001 0300220000 0400220001 ff 0f0007d00000 02 00 00");
const prelogin = (change: (bytes: string) => string = (bytes) => bytes) => change(PRELOGIN);

const sip = (lines: readonly string[], code = "200 OK") => `SIP/2.0 ${code}\r\n${lines.join("\r\n")}\r\n\r\n`;
const SIP_HEADERS = [
  "Via: SIP/2.0/TCP invalid;branch=z9hG4bKq7w1",
  "From: <sip:probe@invalid>;tag=q7w1",
  "To: <sip:probe@invalid>;tag=x",
  "Call-ID: q7w1",
  "CSeq: 42 OPTIONS",
];
const nonce = (value: string, protocol = "SIP/2.0") =>
  `${protocol} 401 Unauthorized\r\nWWW-Authenticate: Digest realm="r", nonce="${value}"\r\n\r\n`;

const snmp = hexText("302b 020100 0406 7075626c6963 a21e 020107 020100 020100 3013 3011 0608 2b06010201010100 0405 4c696e7578");
const ntp = (origin: string) => hexText(`24 02 06 e8 ${"00".repeat(20)}`).concat(origin, hexText("e8fd8d5000000000 e8fd8d5000000000"));
const vnc = (challenge: string) => `RFB 003.008\n\x01\x02${hexText(challenge)}`;
const MODBUS = hexText("0a03 0000 0005 01 03 02 0017");

export const binaryExamples: Readonly<Record<string, Example<RemoteView>>> = {
  "smb.stays-old": samba("smb.dialects", SMB1),
  "smb.dialect.accepted": samba("smb.negotiate2.none", SMB2("00000000")),
  "smb.time": samba("smb.negotiate2", SMB2("00000000", OLD_TIME)),
  "smb.challenge.repeats": {
    shown: changed("samba", { "smb.challenge": ntlm("a4dfe80bf5c61e3a"), "smb.challenge.again": ntlm("a4dfe80bf5c61e3a") }),
    clean: realHost("samba"),
  },
  "smb.key.repeats": pair(
    445,
    { "smb.negotiate": smb1Key("1122334455667788"), "smb.negotiate.again": smb1Key("1122334455667788") },
    { "smb.negotiate": smb1Key("1122334455667788"), "smb.negotiate.again": smb1Key("99aabbccddeeff00") },
  ),
  "tds.prelogin.form": pair(1433, { "tds.prelogin": prelogin((bytes) => bytes.slice(0, -6)) }, { "tds.prelogin": PRELOGIN }),
  "tds.version": pair(
    1433,
    { "tds.prelogin": prelogin((bytes) => bytes.replace("\x0f\0\x07\xd0", "\x08\0\x02\x10")) },
    { "tds.prelogin": PRELOGIN },
  ),
  "tds.bad-type.answered": pair(
    1433,
    { "tds.prelogin": PRELOGIN, "tds.bad-type": PRELOGIN },
    { "tds.prelogin": PRELOGIN, "tds.bad-type": "" },
  ),
  "rdp.unasked": pair(
    3389,
    { "rdp.connect.plain": hexText("03000013 0ed00000123400 02 1f 0800 02000000") },
    { "rdp.connect.plain": hexText("03000013 0ed00000123400 02 1f 0800 00000000") },
  ),
  "sip.headers": pair(5060, { "sip.options": sip(["Content-Length: 0", "Allow: OPTIONS"]) }, { "sip.options": sip(SIP_HEADERS) }),
  "sip.bad-version.answered": pair(
    5060,
    { "sip.bad-version": sip(SIP_HEADERS) },
    { "sip.bad-version": sip(SIP_HEADERS, "505 Version Not Supported") },
  ),
  "sip.nonce.repeats": pair(
    5060,
    { "sip.register": nonce("foobar123"), "sip.register.again": nonce("foobar123") },
    { "sip.register": nonce("5f1c88e2"), "sip.register.again": nonce("91b37ad0") },
  ),
  "rtsp.nonce.repeats": pair(
    554,
    { "rtsp.describe": nonce("1", "RTSP/1.0"), "rtsp.describe.again": nonce("1", "RTSP/1.0") },
    { "rtsp.describe": nonce("1", "RTSP/1.0"), "rtsp.describe.again": nonce("2", "RTSP/1.0") },
  ),
  "vnc.challenge.repeats": pair(
    5900,
    { "vnc.challenge": vnc("00000000901234567890123456789012"), "vnc.challenge.again": vnc("00000000901234567890123456789012") },
    { "vnc.challenge": vnc("00000000901234567890123456789012"), "vnc.challenge.again": vnc("8f10a3b29c7d11e4aa5510fe22b07c93") },
  ),
  "snmp.any-community": pair(161, { "snmp.udp.public": snmp, "snmp.udp.nobody": snmp }, { "snmp.udp.public": snmp, "snmp.udp.nobody": "" }),
  "ntp.answer": pair(123, { "ntp.udp.time": ntp("\0".repeat(8)) }, { "ntp.udp.time": ntp("Quizz041") }),
  "modbus.unknown-function": pair(
    502,
    { "modbus.read": MODBUS, "modbus.unknown-function": hexText("0a02 0000 0002 01 65") },
    { "modbus.read": MODBUS, "modbus.unknown-function": hexText("0a02 0000 0003 01 e5 01") },
  ),
  "modbus.protocol.ignored": pair(
    502,
    { "modbus.read": MODBUS, "modbus.bad-protocol": MODBUS },
    { "modbus.read": MODBUS, "modbus.bad-protocol": "" },
  ),
};
