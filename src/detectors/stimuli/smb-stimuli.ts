import { Writer } from "../../wire/writer.ts";
import { type Stimulus, say } from "./stimulus.ts";
import { answer, everywhere, hex, quick, stimulusMaker } from "./stimulus-maker.ts";

/**
 * SMB up to the challenge that a password would answer; no password, and no name, is sent. `smb.negotiate` is SMB1 with the process id 0x0640, the multiplex id 1 and NT LM 0.12 as dialect 7,
 * which some imitations want before they answer; the other lists offer SMB2, which a server of this century takes.
 */
const smb = stimulusMaker({ protocol: "smb", ports: [445, 139] });

const LANMAN = [
  "PC NETWORK PROGRAM 1.0",
  "MICROSOFT NETWORKS 1.03",
  "MICROSOFT NETWORKS 3.0",
  "LANMAN1.0",
  "LM1.2X002",
  "Samba",
  "NT LANMAN 1.0",
  "NT LM 0.12",
];

/** A session message (RFC 1002 §4.3.1): type 0, length. */
function framed(message: Uint8Array): Buffer {
  return new Writer().u32(message.length).bytes(message).finish();
}

/** SMB1 (MS-CIFS §2.2.3.1): FF SMB, command, status, flags, flags2, pid high, signature, reserved, tid, pid, uid, mid; words; bytes. */
function negotiate1(dialects: readonly string[]): Buffer {
  const names = Buffer.from(dialects.map((one) => `\x02${one}\0`).join(""), "latin1");
  const header = new Writer().bytes(hex("ff534d4272")).u32(0).u8(0x08).u16le(0x4001).bytes(Buffer.alloc(12));
  return framed(header.u16le(0).u16le(0x0640).u16le(0).u16le(1).u8(0).u16le(names.length).bytes(names).finish());
}

/** SMB2 header (MS-SMB2 §2.2.1.2), 64 bytes. */
function header2(command: number, message: number): Buffer {
  const start = new Writer().bytes(hex("fe534d42")).u16le(64).u16le(0).u32le(0).u16le(command).u16le(31).u32le(0).u32le(0);
  return start.u32le(message).u32le(0).u32le(0xfeff).u32le(0).bytes(Buffer.alloc(24)).finish();
}

/** §2.2.3: size 36, number of dialects, signing enabled, capabilities, client's GUID, its start time, the dialects. */
function negotiate2(dialects: readonly number[]): Buffer {
  const body = new Writer()
    .u16le(36)
    .u16le(dialects.length)
    .u16le(1)
    .u16le(0)
    .u32le(0x7f)
    .bytes(Buffer.alloc(16, 0x41))
    .bytes(Buffer.alloc(8));
  for (const dialect of dialects) body.u16le(dialect);
  return framed(Buffer.concat([header2(0, 0), body.finish()]));
}

/** NTLMSSP NEGOTIATE (MS-NLMP §2.2.1.1) in a NegTokenInit (RFC 4178 §4.2.1). */
const NTLM = "4e544c4d53535000 01000000 158208 62 0000000000000000 0000000000000000 0a00614a0000000f";
const TOKEN = hex(`6048 0606 2b0601050502 a03e 303c a00e 300c 060a 2b06010401823702020a a22a 0428 ${NTLM}`);

/** §2.2.5: size 25, flags, signing, capabilities, channel, offset and length of the token, session before. */
function sessionSetup(): Buffer {
  const body = new Writer().u16le(25).u8(0).u8(1).u32le(0).u32le(0).u16le(88).u16le(TOKEN.length).bytes(Buffer.alloc(8)).bytes(TOKEN);
  return framed(Buffer.concat([header2(1, 1), body.finish()]));
}

const DIALECTS = [0x0202, 0x0210, 0x0300, 0x0302];
const challenge = [say(negotiate2(DIALECTS)), answer, say(sessionSetup()), answer];

export const smbStimuli: readonly Stimulus[] = [
  smb("negotiate", negotiate1(LANMAN), { ...everywhere, quick: true }),
  smb("negotiate.again", negotiate1(LANMAN)),
  smb("dialects", negotiate1(["NT LM 0.12", "SMB 2.002", "SMB 2.???"]), quick),
  smb("negotiate2", negotiate2(DIALECTS), quick),
  smb("negotiate2.none", negotiate2([0x0999])),
  smb("challenge", challenge, quick),
  smb("challenge.again", challenge, quick),
];
