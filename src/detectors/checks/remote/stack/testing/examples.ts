import type { Example } from "../../../../check.ts";
import { exchange, openPort, remoteView } from "../../../../views/build-view.ts";
import type { ClockView, PacketView, RemoteView, RoundTrips } from "../../../../views/remote-view.ts";

type Answer = NonNullable<PacketView["answer"]>;

const LINUX: Answer = {
  flags: "SA",
  ttl: 63,
  dontFragment: true,
  ipId: 0,
  window: 65_160,
  options: "mss=1460,sackOK,ts=1:0,nop,wscale=7",
  afterMs: 1,
  payload: Buffer.alloc(0),
};

const packet = (stimulus: string, change: Partial<Answer> = {}): PacketView => ({ stimulus, answer: { ...LINUX, ...change } });
const silent = (stimulus: string): PacketView => ({ stimulus });

/** A host with an OpenSSH banner and the packets given. */
const host = (...packets: readonly PacketView[]): RemoteView =>
  remoteView({ ports: [openPort(22, [exchange("null", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n")])], packets });

const ordinary = host(
  packet("syn:22"),
  packet("syn:80"),
  packet("syn:443"),
  packet("echo", { flags: "", payload: Buffer.from("utsusemi-echo1") }),
);
const odd = (...change: readonly Partial<Answer>[]): RemoteView => host(...change.map((one, index) => packet(`syn:${22 + index}`, one)));
const oddFlags = (kind: string): Example<RemoteView> => ({
  shown: host(packet(`${kind}:22`)),
  clean: host(silent(`${kind}:22`), packet(`${kind}:80`, { flags: "RA" })),
});
const randomPorts = [40_001, 41_002, 42_003, 43_004, 44_005];

/** Times around `middle`, scattered as a quiet network does, always the same. */
const times = (middle: number, count = 60): number[] => Array.from({ length: count }, (_, n) => middle + ((n * 7919) % 100) / 250);
const trips = (family: string, middle: number, parts: Partial<RoundTrips> = {}): RoundTrips => ({
  family,
  host: "target",
  underLoad: false,
  samplesMs: times(middle),
  ...parts,
});
const timed = (...roundTrips: readonly RoundTrips[]): RemoteView => remoteView({ roundTrips });
const pair = (family: string, late: Partial<RoundTrips>, usual: RoundTrips): Example<RemoteView> => ({
  shown: timed(trips(family, 40, late), usual),
  clean: timed(trips(family, 2, late), usual),
});

const ticking = (source: string, ticksPerMs: number): ClockView => ({
  source,
  samples: Array.from({ length: 40 }, (_, n) => ({ atMs: 90_000 + n * 500, shows: Math.floor(77_000 + n * 500 * ticksPerMs) })),
});
const dated = (source: string, offsetMs: number, step = 1000): ClockView => ({
  source,
  samples: Array.from({ length: 5 }, (_, n) => ({ atMs: n * 1000, shows: 1_700_000_000_000 + offsetMs + n * step })),
});
const clocks = (...views: readonly ClockView[]): RemoteView => remoteView({ clocks: views });

export const examples: Readonly<Record<string, Example<RemoteView>>> = {
  "stack.ttl-by-port": { shown: odd({}, { ttl: 61 }), clean: ordinary },
  "stack.options-by-port": { shown: odd({}, { options: "mss=1460" }), clean: ordinary },
  "stack.window-by-port": { shown: odd({}, { window: 5840 }, { window: 8192 }), clean: ordinary },
  "stack.ttl-against-banner": { shown: odd({ ttl: 127 }), clean: ordinary },
  "stack.options-against-banner": { shown: odd({ options: "mss=1460,nop,wscale=8,sackOK,ts=1:0" }), clean: ordinary },
  "stack.no-options": { shown: odd({ options: "" }), clean: ordinary },
  "stack.tiny-window": { shown: odd({ window: 10 }), clean: ordinary },
  "stack.zero-window": { shown: odd({ window: 0 }), clean: ordinary },
  "stack.answers-null": oddFlags("null"),
  "stack.answers-xmas": oddFlags("xmas"),
  "stack.answers-fin": oddFlags("fin"),
  "stack.answers-syn-rst": oddFlags("syn-rst"),
  "stack.random-ports-open": {
    shown: host(...randomPorts.map((port) => packet(`random-syn:${port}`))),
    clean: host(...randomPorts.map((port) => packet(`random-syn:${port}`, { flags: "RA" }))),
  },
  "stack.ip-id-constant": { shown: odd(...Array.from({ length: 5 }, () => ({ ipId: 54_321 }))), clean: odd({}, {}, {}, {}, {}) },
  "stack.ip-id-by-port": { shown: odd({}, { ipId: 4711 }), clean: ordinary },
  "stack.no-df": { shown: odd({ dontFragment: false }), clean: ordinary },
  "stack.echo-payload": { shown: host(packet("echo", { flags: "", payload: Buffer.from("\0\0\0\0") })), clean: ordinary },
  "stack.echo-ttl": { shown: host(packet("syn:22"), packet("echo", { flags: "", ttl: 127 })), clean: ordinary },
  "rtt.icmp-against-tcp": pair("icmp", {}, trips("tcp:22", 2)),
  "rtt.icmp-against-neighbour": pair("icmp", {}, trips("icmp", 2, { host: "neighbour" })),
  "rtt.tcp-against-neighbour": pair("tcp:22", {}, trips("tcp:22", 2, { host: "neighbour" })),
  "rtt.port-against-port": {
    shown: timed(trips("tcp:22", 2), trips("tcp:80", 2), trips("tcp:2222", 9)),
    clean: timed(trips("tcp:22", 2), trips("tcp:80", 2), trips("tcp:2222", 2)),
  },
  "rtt.tcp-under-load": pair("tcp:22", { underLoad: true }, trips("tcp:22", 2)),
  "rtt.icmp-under-load": pair("icmp", { underLoad: true }, trips("icmp", 2)),
  "clock.timestamp-rate": {
    shown: clocks(ticking("tcp-timestamp:22", 1), ticking("tcp-timestamp:80", 0.25)),
    clean: clocks(ticking("tcp-timestamp:22", 1), ticking("tcp-timestamp:80", 1)),
  },
  "clock.timestamp-skew": {
    shown: clocks(ticking("tcp-timestamp:22", 1), ticking("tcp-timestamp:80", 1.002)),
    clean: clocks(ticking("tcp-timestamp:22", 1), ticking("tcp-timestamp:80", 1.00001)),
  },
  "clock.dates-differ": {
    shown: clocks(dated("http-date:80", 0), dated("http-date:8080", 9000)),
    clean: clocks(dated("http-date:80", 0), dated("http-date:8080", -400)),
  },
  "clock.date-wrong": { shown: clocks(dated("http-date:80", -400_000_000_000)), clean: clocks(dated("http-date:80", 0)) },
  "clock.date-stands": { shown: clocks(dated("http-date:80", 0, 0)), clean: clocks(dated("http-date:80", 0)) },
  "link.address.hypervisor": {
    shown: remoteView({ linkAddress: "00:0c:29:01:02:03" }),
    clean: remoteView({ linkAddress: "b0:4f:13:01:02:03" }),
  },
  "link.address.nobody": {
    shown: remoteView({ linkAddress: "00:00:0f:ff:ff:ff" }),
    clean: remoteView({ linkAddress: "b0:4f:13:01:02:03" }),
  },
  "land.silent-after": {
    shown: remoteView({ land: { port: 22, answeredBefore: true, answeredAfter: false } }),
    clean: remoteView({ land: { port: 22, answeredBefore: true, answeredAfter: true } }),
  },
};
