import { Reader } from "../../../../wire/reader.ts";
import type { PortView, RemoteView } from "../../../views/remote-view.ts";
import { bytesOf, fine, type Opinion, odd, oddIf, portCheck, type RemoteCheck, textFrom } from "./opinions.ts";

/** SMB, TDS, RDP, SIP, SNMP, NTP and Modbus: what the protocol forbids, or its first product never did. */
const isSmb = (bytes: Uint8Array | undefined, first: number) =>
  bytes !== undefined && bytes[4] === first && Buffer.from(bytes.subarray(5, 8)).toString("latin1") === "SMB" && isSmbReply(bytes);

/** The flag of a message from the server: 0x80 in SMB's Flags (MS-CIFS §2.2.3.1), 1 in SMB2's (MS-SMB2 §2.2.1.2). An echo has none. */
const isSmbReply = (bytes: Uint8Array) => ((bytes[4] === 0xff ? (bytes[13] ?? 0) >> 7 : (bytes[20] ?? 0)) & 1) === 1;

const SECOND_BETWEEN_1601_AND_1970 = 11_644_473_600;

/** System time in SMB2's negotiation (MS-SMB2 §2.2.4): hundreds of nanoseconds since 1601, 40 bytes into the answer. */
function smbTimeMs(bytes: Uint8Array): number {
  const reader = new Reader(bytes, 4 + 64 + 40);
  const low = reader.u32le();
  return reader.short ? Number.NaN : ((reader.u32le() * 2 ** 32 + low) / 1e7 - SECOND_BETWEEN_1601_AND_1970) * 1000;
}

const smbChecks: readonly RemoteCheck[] = [
  portCheck({
    id: "smb.stays-old",
    family: "smb",
    looksAt: "dialects offered: NT LM 0.12 and SMB2",
    reason: "SMB2 is offered and the server stays with the dialect of 1996.",
    ratio: 4,
    source: "MS-SMB2 §3.3.5.3; Dionaea",
    opinion: (port) => {
      const bytes = bytesOf(port, "smb.dialects");
      if (isSmb(bytes, 0xfe)) return fine("SMB2");
      return isSmb(bytes, 0xff) ? odd("SMB1") : undefined;
    },
  }),
  portCheck({
    id: "smb.dialect.accepted",
    family: "smb",
    looksAt: "SMB2 with the dialect 0x0999 alone",
    reason: "A dialect that does not exist is agreed to.",
    ratio: 25,
    source: "MS-SMB2 §3.3.5.4; Samba 4.17 measured",
    opinion: (port) => {
      const bytes = bytesOf(port, "smb.negotiate2.none");
      if (bytes === undefined || !isSmb(bytes, 0xfe)) return undefined;
      const code = new Reader(bytes, 12).u32le();
      return oddIf(code === 0, `status ${code.toString(16)}`);
    },
  }),
  portCheck({
    id: "smb.time",
    family: "smb",
    looksAt: "SMB2's system time against our clock",
    reason: "The file server's clock is days away, which no domain would let it be.",
    ratio: 4,
    source: "MS-SMB2 §2.2.4",
    opinion: (port, view) => {
      const bytes = bytesOf(port, "smb.negotiate2");
      if (bytes === undefined || !isSmb(bytes, 0xfe) || new Reader(bytes, 12).u32le() !== 0) return undefined;
      const apart = Math.abs(smbTimeMs(bytes) - view.takenAtMs) / 3_600_000;
      return Number.isNaN(apart) ? undefined : oddIf(apart > 36, `${Math.round(apart)} hours away`);
    },
  }),
];

/** Options of a PRELOGIN answer (MS-TDS §2.2.6.5). Undefined: this is none. */
function prelogin(bytes: Uint8Array | undefined): { readonly sound: boolean; readonly major: number } | undefined {
  if (bytes === undefined || bytes[0] !== 4 || bytes[8] !== 0 || bytes.length < 16) return undefined;
  const reader = new Reader(bytes, 8);
  let sound = new Reader(bytes, 2).u16() === bytes.length;
  for (let count = 0; count < 16; count += 1) {
    const token = reader.u8();
    if (token === 0xff || reader.short) break;
    const [offset, length] = [reader.u16(), reader.u16()];
    sound &&= 8 + offset + length <= bytes.length && token <= 7;
  }
  return { sound: sound && !reader.short, major: bytes[8 + new Reader(bytes, 9).u16()] ?? 0 };
}

const tdsChecks: readonly RemoteCheck[] = [
  portCheck({
    id: "tds.prelogin.form",
    family: "tds",
    looksAt: "lengths and offsets in SQL Server's answer",
    reason: "The answer's own lengths and offsets point beyond it, or to nothing.",
    ratio: 25,
    source: "MS-TDS §2.2.6.5",
    opinion: (port) => {
      const answer = prelogin(bytesOf(port, "tds.prelogin"));
      return answer === undefined ? undefined : oddIf(!answer.sound, answer.sound ? "offsets are sound" : "offsets point astray");
    },
  }),
  portCheck({
    id: "tds.version",
    family: "tds",
    looksAt: "version in SQL Server's answer",
    reason: "There is no SQL Server with this version, or none that still runs.",
    ratio: 6,
    source: "Microsoft's table of builds",
    opinion: (port) => {
      const answer = prelogin(bytesOf(port, "tds.prelogin"));
      return answer === undefined ? undefined : oddIf(answer.major < 9 || answer.major > 20, `version ${answer.major}`);
    },
  }),
  portCheck({
    id: "tds.bad-type.answered",
    family: "tds",
    looksAt: "a packet of type 0x7E",
    reason: "A packet of a type that does not exist is answered like the first packet of a login.",
    ratio: 15,
    source: "Dionaea: any first packet; MS-TDS §2.2.3.1.1",
    opinion: (port) => {
      const [normal, bad] = [prelogin(bytesOf(port, "tds.prelogin")), bytesOf(port, "tds.bad-type")];
      return normal === undefined || bad === undefined ? undefined : oddIf(prelogin(bad) !== undefined, `${bad.length} bytes`);
    },
  }),
];

function rdpOpinion(port: PortView): Opinion {
  const bytes = bytesOf(port, "rdp.connect.plain");
  if (bytes === undefined || bytes[0] !== 3 || bytes[5] !== 0xd0) return undefined;
  // RDP_NEG_RSP (MS-RDPBCGR §2.2.1.2.1): type 2, flags, length 8, selected protocol.
  const chosen = bytes[11] === 2 ? new Reader(bytes, 15).u32le() : 0;
  return oddIf(chosen !== 0, `chose ${chosen}`);
}

/** The four headers that an answer copies (RFC 3261 §8.2.6.2). */
function sipOpinion(port: PortView): Opinion {
  const answers = ["sip.options", "sip.udp.options"]
    .flatMap((id) => textFrom(port, id) ?? [])
    .filter((text) => text.startsWith("SIP/2.0 "));
  const answer = answers[0];
  if (answer === undefined) return undefined;
  const missing = ["Via|v", "From|f", "Call-ID|i", "CSeq"].filter((name) => !new RegExp(`^(?:${name})\\s*:`, "im").test(answer));
  const call = /^(?:Call-ID|i)\s*:\s*(\S+)/im.exec(answer)?.[1];
  if (missing.length > 0) return odd(`without ${missing.join(", ")}`);
  return oddIf(call !== "q7w1" && call !== "q7w6", `Call-ID ${call}`);
}

/** What `ntp.udp.time` sends as its transmit time stamp. */
const OUR_TIME = "Quizz041";

function ntpOpinion(port: PortView, view: RemoteView): Opinion {
  const bytes = bytesOf(port, "ntp.udp.time");
  if (bytes === undefined || bytes.length < 48 || ((bytes[0] ?? 0) & 7) !== 4) return undefined;
  const origin = Buffer.from(bytes.subarray(24, 32)).toString("latin1");
  if (origin !== OUR_TIME) return odd("our time stamp was not copied");
  const seconds = new Reader(bytes, 40).u32() - 2_208_988_800;
  const apart = Math.abs(seconds - view.takenAtMs / 1000);
  return apart > 86_400 && bytes[1] !== 16 && bytes[1] !== 0
    ? odd(`stratum ${bytes[1]}, ${Math.round(apart / 86_400)} days away`, 4)
    : fine("copied, and about now");
}

const otherChecks: readonly RemoteCheck[] = [
  portCheck({
    id: "rdp.unasked",
    family: "rdp",
    looksAt: "RDP with the old security alone",
    reason: "The server chooses a kind of security that the client did not offer.",
    ratio: 25,
    source: "MS-RDPBCGR §3.3.5.3.2",
    opinion: rdpOpinion,
  }),
  portCheck({
    id: "sip.headers",
    family: "sip",
    looksAt: "headers that a SIP answer copies",
    reason: "The SIP answer does not copy what every answer must copy, so no telephone could tell whose it is.",
    ratio: 15,
    source: "RFC 3261 §8.2.6.2",
    opinion: sipOpinion,
  }),
  portCheck({
    id: "sip.bad-version.answered",
    family: "sip",
    looksAt: "SIP/9.9",
    reason: "A version of SIP that does not exist is answered with 200.",
    ratio: 10,
    source: "RFC 3261 §21.5.6",
    opinion: (port) => {
      const code = /^SIP\/2\.0 (\d{3})/.exec(textFrom(port, "sip.bad-version") ?? "")?.[1];
      return code === undefined ? undefined : oddIf(code === "200", `status ${code}`);
    },
  }),
  portCheck({
    id: "snmp.any-community",
    family: "snmp",
    looksAt: "SNMP with a community that nobody has",
    reason: "Every SNMP community is the right one.",
    ratio: 20,
    source: "RFC 1157 §4.1; Conpot",
    opinion: (port) => {
      const [right, wrong] = [bytesOf(port, "snmp.udp.public"), bytesOf(port, "snmp.udp.nobody")];
      if (right === undefined || right.length === 0) return undefined;
      return wrong === undefined ? undefined : oddIf(wrong.length > 0, `${wrong.length} bytes to a stranger`);
    },
  }),
  portCheck({
    id: "ntp.answer",
    family: "ntp",
    looksAt: "NTP's copy of our time stamp, and its time",
    reason: "The time server does not copy the request's time stamp, or is days away.",
    ratio: 20,
    source: "RFC 5905 §9.2",
    opinion: ntpOpinion,
  }),
  portCheck({
    id: "modbus.unknown-function",
    family: "modbus",
    looksAt: "Modbus function 0x65",
    reason: "A function that does not exist gets no exception, which the slowest controller would send.",
    ratio: 10,
    source: "Modbus application protocol §7",
    opinion: (port) => {
      const [identity, answer] = [bytesOf(port, "modbus.read"), bytesOf(port, "modbus.unknown-function")];
      if (identity === undefined || identity.length < 9 || answer === undefined || new Reader(identity, 2).u16() !== 0) return undefined;
      return oddIf(
        answer.length < 9 || answer[7] !== 0xe5,
        answer.length === 0 ? "no answer" : Buffer.from(answer.subarray(0, 12)).toString("hex"),
      );
    },
  }),
  portCheck({
    id: "modbus.protocol.ignored",
    family: "modbus",
    looksAt: "Modbus with protocol number 7",
    reason: "A frame whose protocol number is not Modbus' is answered as Modbus.",
    ratio: 6,
    source: "Modbus messaging on TCP/IP §3.1.3",
    opinion: (port) => {
      const [normal, bad] = [bytesOf(port, "modbus.read"), bytesOf(port, "modbus.bad-protocol")];
      if (normal === undefined || normal.length < 9 || bad === undefined) return undefined;
      return oddIf(bad.length >= 9, `${bad.length} bytes`);
    },
  }),
];

export const binaryServiceChecks: readonly RemoteCheck[] = [...smbChecks, ...tdsChecks, ...otherChecks];
