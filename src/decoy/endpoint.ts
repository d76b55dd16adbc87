/** One end of a conversation: a numeric IPv4 or IPv6 address (never a name; IPv4-mapped IPv6 is written as IPv4) and a port. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}
