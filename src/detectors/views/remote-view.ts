/** What somebody at the other end of the network can see of a host: bytes, times and headers. What was not asked is missing. */
export interface RemoteView {
  /** As the operator wrote it, and as it was reached. */
  readonly target: string;
  readonly address: string;
  readonly takenAtMs: number;
  /** Every port that was tried, in the order of transport and number. */
  readonly ports: readonly PortView[];
  /** Families of round-trip times. */
  readonly roundTrips: readonly RoundTrips[];
  /** Clocks that the host shows. */
  readonly clocks: readonly ClockView[];
  /** Headers of raw packets; undefined: no right to send or read them. */
  readonly packets?: readonly PacketView[];
  readonly land?: LandView;
  /** Hardware address, lower case with colons, where the host is on our own link. */
  readonly linkAddress?: string;
  /** What was not done, and why: `--quick`, missing rights, the limit of connections. */
  readonly leftOut: readonly string[];
}

export interface PortView {
  readonly transport: "tcp" | "udp";
  readonly port: number;
  /** `silent`: no answer in time. UDP ports are open only when they answered. */
  readonly state: "open" | "closed" | "silent" | "unreachable";
  /** Milliseconds of each connection's set-up. */
  readonly connectMs: readonly number[];
  readonly exchanges: readonly Exchange[];
  readonly tls?: TlsView;
  /** Tests that need more than one conversation, by name: `proxy.socks5`, `login.random`. */
  readonly trials: Readonly<Record<string, Trial>>;
}

/** One conversation: a stimulus and what came back. */
export interface Exchange {
  /** Which stimulus: `null` for a connection on which nothing was said. */
  readonly stimulus: string;
  readonly over: "plain" | "tls";
  readonly turns: readonly Turn[];
  /** Who or what ended it; `limit`: the bytes or the time allowed were used up. */
  readonly ended: "them" | "reset" | "us" | "silence" | "limit" | "refused";
}

export interface Turn {
  readonly from: "us" | "them";
  /** Milliseconds since the connection stood. */
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

export interface TlsView {
  readonly protocol: string;
  readonly cipher: string;
  /** Distinguished names as `C=DE, O=dionaea.carnivore.it`. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal, upper case. */
  readonly serial: string;
  readonly sha256: string;
  /** `sha256WithRSAEncryption`. */
  readonly signatureAlgorithm: string;
  readonly keyBits: number;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly selfSigned: boolean;
  /** The certificate, DER. */
  readonly certificate: Uint8Array;
}

/** What was claimed, and what came true. */
export interface Trial {
  /** The other side said yes: connection granted, mail accepted, password right. */
  readonly claimed: boolean;
  /** What it claimed did happen, as far as we could watch it; undefined: could not be watched. */
  readonly happened?: boolean;
  readonly seen: string;
}

export interface RoundTrips {
  /** `icmp`, `tcp:22` (connection set-up), `reply:22` (answer of the application). */
  readonly family: string;
  /** The host itself, or a neighbour for comparison. */
  readonly host: "target" | "neighbour";
  readonly underLoad: boolean;
  readonly samplesMs: readonly number[];
}

export interface ClockView {
  /** `tcp-timestamp:22`, `http-date:80`. */
  readonly source: string;
  /** Milliseconds since the view was begun (`takenAtMs`), and what the clock showed: milliseconds since 1970 for a date, ticks for a time stamp. */
  readonly samples: readonly { readonly atMs: number; readonly shows: number }[];
}

/** A packet that came back, by the stimulus that it answers. */
export interface PacketView {
  /** `syn:22`, `random-syn:47113` (a port that nobody should use), `null:22`, `fin:22`, `xmas:22`, `syn-rst:22`, `ack:22`, `echo`. */
  readonly stimulus: string;
  readonly answer?: {
    /** SYN-ACK, RST, ...: the letters of the flags that are set, `SA`, `RA`. */
    readonly flags: string;
    readonly ttl: number;
    readonly dontFragment: boolean;
    readonly ipId: number;
    readonly window: number;
    /** TCP options in order: `mss=1460,sackOK,ts=1:0,nop,wscale=7`. */
    readonly options: string;
    readonly afterMs: number;
    readonly payload: Uint8Array;
  };
}

/** The host before and after one packet whose source is itself. */
export interface LandView {
  readonly port: number;
  readonly answeredBefore: boolean;
  readonly answeredAfter: boolean;
}
