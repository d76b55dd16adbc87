import type { Buffer } from "node:buffer";
import { done, malformed, type Parsed } from "../../../wire/parsed.ts";
import { Reader } from "../../../wire/reader.ts";

/** SSH_MSG_USERAUTH_REQUEST. Texts are the visitor's bytes. */
export interface AuthRequest {
  readonly user: Buffer;
  readonly service: string;
  readonly method: string;
  /** The method's own fields. */
  readonly fields: Buffer;
}

const MAX_NAME_BYTES = 64 * 1024;

/** RFC 4252 §5: `byte 50, string user, string service, string method, fields of the method`. */
export function parseAuthRequest(payload: Uint8Array): Parsed<AuthRequest> {
  const reader = new Reader(payload, 1);
  const user = reader.string32(MAX_NAME_BYTES);
  const service = reader.string32(MAX_NAME_BYTES).toString("latin1");
  const method = reader.string32(MAX_NAME_BYTES).toString("latin1");
  const fields = reader.rest();
  if (reader.short) return malformed("authentication request ends early");
  return done({ user, service, method, fields }, payload.length);
}

export interface PasswordFields {
  readonly change: boolean;
  readonly password: Buffer;
}

/** RFC 4252 §8: `boolean change, string password, [string new password]`. */
export function parsePassword(fields: Uint8Array, ignoresRest: boolean): Parsed<PasswordFields> {
  const reader = new Reader(fields);
  const change = reader.u8() !== 0;
  const password = reader.string32();
  if (change) reader.string32();
  if (reader.short || (reader.left > 0 && !ignoresRest)) return malformed("password request of the wrong length");
  return done({ change, password }, fields.length);
}

export interface KeyFields {
  readonly algorithm: string;
  readonly blob: Buffer;
  /** Host-bound: the host key that the visitor saw. */
  readonly hostKey: Buffer | undefined;
  /** Absent: the visitor asks whether the key would do. */
  readonly signature: Buffer | undefined;
  /** Bytes of the fields that the signature covers. */
  readonly signedBytes: number;
}

/** RFC 4252 §7: `boolean has signature, string algorithm, string key, [string host key if host-bound], [string signature]`. */
export function parseKey(fields: Uint8Array, hostBound: boolean): Parsed<KeyFields> {
  const reader = new Reader(fields);
  const hasSignature = reader.u8() !== 0;
  const algorithm = reader.string32().toString("latin1");
  const blob = reader.string32();
  const hostKey = hostBound ? reader.string32() : undefined;
  const signedBytes = reader.at;
  const signature = hasSignature ? reader.string32() : undefined;
  if (reader.short || reader.left > 0) return malformed("public key request of the wrong length");
  return done({ algorithm, blob, hostKey, signature, signedBytes }, fields.length);
}

/** RFC 4256 §3.4: `byte 61, uint32 count, string response for each`. Only the first is wanted. */
export function parseResponses(payload: Uint8Array): Parsed<readonly Buffer[]> {
  const reader = new Reader(payload, 1);
  const count = reader.u32();
  const responses: Buffer[] = [];
  while (responses.length < count && !reader.short) responses.push(reader.string32());
  if (reader.short || reader.left > 0) return malformed("responses of the wrong length");
  return done(responses, payload.length);
}
