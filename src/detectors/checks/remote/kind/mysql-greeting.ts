import { Reader } from "../../../../wire/reader.ts";

/** MySQL's greeting, as far as it tells servers apart. */
export interface MysqlGreeting {
  readonly version: string;
  readonly mariadb: boolean;
  readonly thread: number;
  readonly salt: Uint8Array;
  /** 32 bits; the upper half is zero where the server is older than 4.1. */
  readonly capabilities: number;
}

/**
 * Protocol::HandshakeV10, little-endian: length (3), sequence, 10, version NUL, thread (4), salt (8), 0, capabilities (2), character set,
 * status (2), capabilities (2), length of the salt, reserved (10), rest of the salt NUL, plugin NUL.
 */
export function mysqlGreeting(bytes: Uint8Array | undefined): MysqlGreeting | undefined {
  if (bytes === undefined || bytes[3] !== 0 || bytes[4] !== 10) return undefined;
  const end = bytes.indexOf(0, 5);
  if (end < 5 || end > 100) return undefined;
  const version = Buffer.from(bytes.subarray(5, end)).toString("latin1");
  const reader = new Reader(bytes, end + 1);
  const thread = reader.u32le();
  const first = reader.bytes(8);
  reader.u8();
  const low = reader.u16le();
  if (reader.short) return undefined;
  reader.u8();
  reader.u16le();
  const high = reader.u16le();
  reader.u8();
  reader.bytes(10);
  const second = reader.short ? Buffer.alloc(0) : reader.rest().subarray(0, 12);
  return {
    version,
    // Whatever version it was told to show, MariaDB since 10.2 clears the first capability (CLIENT_MYSQL), which MySQL sets.
    mariadb: /mariadb/i.test(version) || (low & 1) === 0,
    thread,
    salt: Buffer.concat([first, second]),
    capabilities: (low | (high << 16)) >>> 0,
  };
}
