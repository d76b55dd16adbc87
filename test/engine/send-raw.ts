import { openRawSocket } from "../../src/detectors/probes/remote/raw-socket.ts";

/** Sends the IPv4 packets that its arguments are, in hexadecimal, as they are. */
const socket = openRawSocket(6);
if ("absent" in socket) throw new Error(socket.absent);
for (const packet of process.argv.slice(2)) if (!socket.send(Buffer.from(packet, "hex"))) throw new Error("not sent");
socket.close();
