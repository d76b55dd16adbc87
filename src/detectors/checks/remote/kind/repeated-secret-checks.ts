import { kexInitOf } from "../../../stimuli/ssh-key-exchange.ts";
import { mysqlGreeting } from "./mysql-greeting.ts";
import { bytesOf, oddIf, portCheck, type RemoteCheck } from "./opinions.ts";

/**
 * Values that a server must draw anew for each visitor. Two connections are compared: whoever sends the same twice never draws, because
 * nothing in it will ever be checked.
 */
interface Secret {
  readonly id: string;
  readonly looksAt: string;
  readonly reason: string;
  readonly ratio: number;
  readonly source: string;
  /** The stimulus and its repetition. */
  readonly asked: readonly [string, string];
  /** The value, hexadecimal or text; undefined: the answer has none. */
  readonly of: (heard: Uint8Array) => string | undefined;
}

const latin = (bytes: Uint8Array) => Buffer.from(bytes.subarray(0, 16_384)).toString("latin1");
const hexOf = (bytes: Uint8Array | undefined) =>
  bytes === undefined || bytes.length === 0 ? undefined : Buffer.from(bytes).toString("hex");

/** CHALLENGE_MESSAGE (MS-NLMP §2.2.1.2): signature, type 2, target name (8), flags (4), challenge (8). */
function ntlmChallenge(heard: Uint8Array): string | undefined {
  const at = Buffer.from(heard).indexOf("NTLMSSP\0\x02\0\0\0", 0, "latin1");
  return at < 0 || at + 32 > heard.length ? undefined : hexOf(heard.subarray(at + 24, at + 32));
}

/** SMB1's answer without extended security: the key is the first eight bytes behind the words. */
function smb1Key(heard: Uint8Array): string | undefined {
  const words = heard[36];
  if (latin(heard.subarray(4, 8)) !== "\xffSMB" || words !== 17 || heard.length < 73 + 8 || heard[70] !== 8) return undefined;
  return hexOf(heard.subarray(73, 81));
}

/** Behind version, list of kinds of security and our choice: 16 bytes. */
function vncChallenge(heard: Uint8Array): string | undefined {
  const kinds = heard[12];
  if (!latin(heard).startsWith("RFB ") || kinds === undefined || kinds === 0 || kinds > 20) return undefined;
  const challenge = heard.subarray(13 + kinds, 13 + kinds + 16);
  return challenge.length === 16 ? hexOf(challenge) : undefined;
}

const nonce = (heard: Uint8Array) => /^(?:WWW|Proxy)-Authenticate:[^\r\n]*\bnonce="([^"]+)"/im.exec(latin(heard))?.[1];

const secrets: readonly Secret[] = [
  {
    id: "mysql.salt.repeats",
    looksAt: "salt of MySQL's greeting on two connections",
    reason: "The salt that a password would be hashed with is the same for every visitor.",
    ratio: 100,
    source: "Dionaea, qeeqbox honeypots",
    asked: ["null", "null.again"],
    of: (heard) => hexOf(mysqlGreeting(heard)?.salt),
  },
  {
    id: "mysql.thread.repeats",
    looksAt: "thread number of MySQL's greeting on two connections",
    reason: "Two connections are given one thread number, which a server counts up.",
    ratio: 20,
    source: "MySQL protocol, HandshakeV10",
    asked: ["null", "null.again"],
    of: (heard) => mysqlGreeting(heard)?.thread.toString(),
  },
  {
    id: "ssh.cookie.repeats",
    looksAt: "cookie of two SSH key exchanges",
    reason: "The cookie of the key exchange is a constant: the whole message is played from a record.",
    ratio: 100,
    source: "RFC 4253 §7.1",
    asked: ["ssh.kexinit", "ssh.kexinit.again"],
    of: (heard) => kexInitOf(heard)?.cookie,
  },
  {
    id: "smb.challenge.repeats",
    looksAt: "NTLM challenge on two connections",
    reason: "The NTLM challenge never changes, so that any answer to it could be replayed.",
    ratio: 100,
    source: "Dionaea smbfields; MS-NLMP §2.2.1.2",
    asked: ["smb.challenge", "smb.challenge.again"],
    of: ntlmChallenge,
  },
  {
    id: "smb.key.repeats",
    looksAt: "key in SMB1's negotiation on two connections",
    reason: "The encryption key of the old negotiation is written into the program.",
    ratio: 60,
    source: "MS-CIFS §2.2.4.52.2",
    asked: ["smb.negotiate", "smb.negotiate.again"],
    of: smb1Key,
  },
  {
    id: "vnc.challenge.repeats",
    looksAt: "VNC challenge on two connections",
    reason: "The sixteen bytes that a VNC password would encipher are always the same.",
    ratio: 100,
    source: "qeeqbox honeypots; RFC 6143 §7.2.2",
    asked: ["vnc.challenge", "vnc.challenge.again"],
    of: vncChallenge,
  },
  {
    id: "sip.nonce.repeats",
    looksAt: "nonce of two SIP registrations",
    reason: "The nonce for digest authentication is one for all callers.",
    ratio: 60,
    source: "Dionaea, HoneyPy; RFC 7616 §3.3",
    asked: ["sip.register", "sip.register.again"],
    of: nonce,
  },
  {
    id: "rtsp.nonce.repeats",
    looksAt: "nonce of two RTSP descriptions",
    reason: "The camera hands every viewer the same nonce.",
    ratio: 6,
    source: "RFC 7616 §3.3",
    asked: ["rtsp.describe", "rtsp.describe.again"],
    of: nonce,
  },
  {
    id: "pop3.timestamp.repeats",
    looksAt: "time stamp in POP3's greeting on two connections",
    reason: "The time stamp that makes each POP3 login different from the last stands still.",
    ratio: 30,
    source: "RFC 1939 §7",
    asked: ["null", "null.again"],
    of: (heard) => /^\+OK[^\r\n]*(<[^<>\s@]+@[^<>\s]+>)/.exec(latin(heard))?.[1],
  },
  {
    id: "mongodb.connection.repeats",
    looksAt: "MongoDB's connection number on two connections",
    reason: "MongoDB numbers its connections, and this server gives the same number again.",
    ratio: 20,
    source: "OpenCanary mongodb",
    asked: ["mongodb.ismaster", "mongodb.ismaster.again"],
    of: (heard) => {
      const at = Buffer.from(heard).indexOf("\x10connectionId\0", 0, "latin1");
      return at < 0 ? undefined : hexOf(heard.subarray(at + 14, at + 18));
    },
  },
];

export const repeatedSecretChecks: readonly RemoteCheck[] = secrets.map(({ asked: [first, again], of, ...rest }) =>
  portCheck({
    ...rest,
    family: `repeats-${rest.id.split(".")[0]}`,
    opinion: (port) => {
      const [one, two] = [bytesOf(port, first), bytesOf(port, again)].map((heard) => (heard === undefined ? undefined : of(heard)));
      return one === undefined || two === undefined ? undefined : oddIf(one === two, one === two ? `${one} twice` : `${one}, then ${two}`);
    },
  }),
);
