import type { Login } from "./login.ts";

/**
 * VNC's challenge (RFC 6143 §7.2.2): an answer that is drawn is what a wrong password would give. A server without a password lets
 * everybody in by its own word, so nothing is tried there.
 */
export const vncLogin: Login = {
  protocol: "vnc",
  usualPorts: [5900, 5901, 5902],
  attempt: async (line, { user, password }) => {
    const version = (await line.hearText(/\n/))?.match(/^RFB 003\.(\d{3})\n/)?.[1];
    if (version === undefined) return undefined;
    const isOld = Number(version) < 7;
    line.say(isOld ? "RFB 003.003\n" : "RFB 003.008\n");
    const offered = await line.hear((bytes) => (isOld ? bytes.length >= 4 : bytes.length >= 1 + (bytes[0] ?? 0)));
    if (offered === undefined || !offersChallenge(offered, isOld)) return undefined;
    if (!isOld) line.say(Uint8Array.of(CHALLENGE));
    const alreadyHeard = isOld ? offered.length - 4 : 0;
    if (alreadyHeard < 16 && (await line.hear((bytes) => alreadyHeard + bytes.length >= 16)) === undefined) return undefined;
    line.say(Buffer.from(`${user}${password}`, "latin1").subarray(0, 16));
    const result = await line.hear((bytes) => bytes.length >= 4);
    if (result === undefined) return undefined;
    return result.readUInt32BE(0) === 0 ? "accepted" : "refused";
  },
};

const CHALLENGE = 2;

/** Old servers decide themselves: u32 type; others offer: u8 count, types. */
function offersChallenge(offered: Buffer, isOld: boolean): boolean {
  return isOld ? offered.readUInt32BE(0) === CHALLENGE : offered.subarray(1, 1 + (offered[0] ?? 0)).includes(CHALLENGE);
}
