import { choice, flag, integer, optional, type Shape, text } from "../../shape/shape.ts";
import { exactly, finite, keyed, listOf } from "./exact-shape.ts";
import type { ClockView, Exchange, LandView, PacketView, PortView, RemoteView, RoundTrips, TlsView, Trial, Turn } from "./remote-view.ts";
import { savedBytes } from "./saved-bytes.ts";

/** What a saved remote view may hold. */

const LONG = { maxLength: 1 << 20 };

const milliseconds = finite("milliseconds");
const port = integer("port", 0, 65_535);

const turn: Shape<Turn> = exactly<Turn>("what one side said", {
  from: choice("who", ["us", "them"]),
  atMs: milliseconds,
  bytes: savedBytes,
});

const exchange: Shape<Exchange> = exactly<Exchange>("a conversation", {
  stimulus: text("stimulus"),
  over: choice("what carried it", ["plain", "tls"]),
  turns: listOf("turns", turn, 100_000),
  ended: choice("who or what ended it", ["them", "reset", "us", "silence", "limit", "refused"]),
});

const tls: Shape<TlsView> = exactly<TlsView>("TLS", {
  protocol: text("protocol"),
  cipher: text("cipher"),
  subject: text("subject", LONG),
  issuer: text("issuer", LONG),
  serial: text("serial number"),
  sha256: text("SHA-256"),
  signatureAlgorithm: text("signature algorithm"),
  keyBits: integer("bits of the key", 0, 1 << 20),
  notBefore: text("valid from"),
  notAfter: text("valid to"),
  selfSigned: flag("self-signed"),
  certificate: savedBytes,
});

const trial: Shape<Trial> = exactly<Trial>("a trial", {
  claimed: flag("claimed"),
  happened: optional(flag("happened")),
  seen: text("what was seen", LONG),
});

const portView: Shape<PortView> = exactly<PortView>("a port", {
  transport: choice("transport", ["tcp", "udp"]),
  port,
  state: choice("state", ["open", "closed", "silent", "unreachable"]),
  connectMs: listOf("times of set-up", milliseconds, 100_000),
  exchanges: listOf("conversations", exchange, 10_000),
  tls: optional(tls),
  trials: keyed("trials", trial, { keys: /^/, most: 1000 }),
});

const roundTrips: Shape<RoundTrips> = exactly<RoundTrips>("round-trip times", {
  family: text("family"),
  host: choice("whose", ["target", "neighbour"]),
  underLoad: flag("under load"),
  samplesMs: listOf("samples", milliseconds, 1_000_000),
});

const clock: Shape<ClockView> = exactly<ClockView>("a clock", {
  source: text("source"),
  samples: listOf("samples", exactly<ClockView["samples"][number]>("a sample", { atMs: milliseconds, shows: finite("shown") }), 100_000),
});

const answer = exactly<NonNullable<PacketView["answer"]>>("a packet that came back", {
  flags: text("flags"),
  ttl: integer("TTL", 0, 255),
  dontFragment: flag("don't fragment"),
  ipId: integer("IP identification", 0, 65_535),
  window: integer("window", 0, 65_535),
  options: text("options"),
  afterMs: milliseconds,
  payload: savedBytes,
});

const packet: Shape<PacketView> = exactly<PacketView>("a packet", { stimulus: text("stimulus"), answer: optional(answer) });

const land: Shape<LandView> = exactly<LandView>("before and after a packet from itself", {
  port,
  answeredBefore: flag("before"),
  answeredAfter: flag("after"),
});

export const remoteViewShape: Shape<RemoteView> = exactly<RemoteView>("a remote view", {
  target: text("target"),
  address: text("address"),
  takenAtMs: integer("milliseconds since 1970", 0, Number.MAX_SAFE_INTEGER),
  ports: listOf("ports", portView, 200_000),
  roundTrips: listOf("round-trip times", roundTrips, 10_000),
  clocks: listOf("clocks", clock, 10_000),
  packets: optional(listOf("packets", packet, 100_000)),
  land: optional(land),
  linkAddress: optional(
    text("hardware address", { pattern: /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/, allowed: "six bytes, hexadecimal, with colons" }),
  ),
  leftOut: listOf("what was left out", text("a reason", LONG), 10_000),
});
