import { fingerprintStimuli } from "../../../../fingerprints/index.ts";
import { remoteView } from "../../../../views/build-view.ts";
import type { RemoteView } from "../../../../views/remote-view.ts";

/** Answers that were made to make a detector slow or to break it, to every question. */
export function hostileAnswers(): readonly RemoteView[] {
  const long = (text: string) => Buffer.from(text.repeat(Math.ceil(200_000 / text.length)), "latin1");
  const size = (value: number) => Buffer.concat([Buffer.from("SSH-2.0-OpenSSH_9.6\r\n", "latin1"), u32(value), Buffer.alloc(64, 0x14)]);
  const lists = Buffer.concat([u32(60), Buffer.of(4, 20), Buffer.alloc(16), u32(0xffff_ffff), Buffer.alloc(40)]);
  return [
    long("Server: Apache/2.2.22 (Ubuntu)"),
    long('<title>T-Pot</title>T-Pot @ Github "Green Goblin" Server: Apache\r\n'),
    long("404 200 401 "),
    long("\xff\xfd\x1f login"),
    long("220 \r\n"),
    size(0),
    size(1),
    size(0x7fff_ffff),
    size(0xffff_ffff),
    Buffer.concat([Buffer.from("SSH-2.0-x\r\n", "latin1"), lists]),
    Buffer.alloc(200_000, 0xff),
    Buffer.alloc(0),
  ].map(viewAnswering);
}

function viewAnswering(bytes: Uint8Array): RemoteView {
  const exchanges = ["null", ...fingerprintStimuli().map(({ id }) => id)].map((stimulus) => ({
    stimulus,
    over: "plain" as const,
    turns: [{ from: "them" as const, atMs: 1, bytes }],
    ended: "limit" as const,
  }));
  const port = { port: 4107, state: "open" as const, connectMs: [1], exchanges, trials: {} };
  return remoteView({
    ports: [
      { ...port, transport: "tcp" },
      { ...port, transport: "udp" },
    ],
  });
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
