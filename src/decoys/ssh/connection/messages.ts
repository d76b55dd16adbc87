import type { Buffer } from "node:buffer";
import { Writer } from "../../../wire/writer.ts";

/** Message numbers of the connection protocol (RFC 4254 §9), and DEBUG of the transport (RFC 4253 §11.3), which sshd uses to explain a refusal. */
export const Message = {
  debug: 4,
  globalRequest: 80,
  requestSuccess: 81,
  requestFailure: 82,
  channelOpen: 90,
  channelOpenConfirmation: 91,
  channelOpenFailure: 92,
  channelWindowAdjust: 93,
  channelData: 94,
  channelExtendedData: 95,
  channelEof: 96,
  channelClose: 97,
  channelRequest: 98,
  channelSuccess: 99,
  channelFailure: 100,
} as const;

/** Reasons in a CHANNEL_OPEN_FAILURE (RFC 4254 §5.1). */
export const OpenFailure = { prohibited: 1, connectFailed: 2, unknownType: 3, resourceShortage: 4 } as const;

/** SSH_EXTENDED_DATA_STDERR (RFC 4254 §5.2). */
export const STDERR = 1;

/** `string type, boolean want reply, ...` (RFC 4254 §4) */
export function encodeGlobalRequest(type: string, wantReply: boolean, body: Uint8Array): Buffer {
  return new Writer()
    .u8(Message.globalRequest)
    .string32(type)
    .u8(wantReply ? 1 : 0)
    .bytes(body)
    .finish();
}

/** REQUEST_SUCCESS or REQUEST_FAILURE (RFC 4254 §4). */
export function encodeGlobalReply(body: Uint8Array | undefined): Buffer {
  if (body === undefined) return new Writer(1).u8(Message.requestFailure).finish();
  return new Writer().u8(Message.requestSuccess).bytes(body).finish();
}

/** `uint32 recipient, uint32 sender, uint32 window, uint32 largest packet` (RFC 4254 §5.1) */
export function encodeOpenConfirmation(
  recipient: number,
  ours: { readonly id: number; readonly window: number; readonly packet: number },
): Buffer {
  return new Writer(17).u8(Message.channelOpenConfirmation).u32(recipient).u32(ours.id).u32(ours.window).u32(ours.packet).finish();
}

/** `uint32 recipient, uint32 reason, string description, string language` (RFC 4254 §5.1) */
export function encodeOpenFailure(recipient: number, why: { readonly reason: number; readonly text: string }): Buffer {
  return new Writer().u8(Message.channelOpenFailure).u32(recipient).u32(why.reason).string32(why.text).string32("").finish();
}

export function encodeWindowAdjust(recipient: number, bytes: number): Buffer {
  return new Writer(9).u8(Message.channelWindowAdjust).u32(recipient).u32(bytes).finish();
}

export function encodeData(recipient: number, bytes: Uint8Array): Buffer {
  return new Writer(9 + bytes.length).u8(Message.channelData).u32(recipient).string32(bytes).finish();
}

export function encodeExtendedData(recipient: number, bytes: Uint8Array): Buffer {
  return new Writer(13 + bytes.length).u8(Message.channelExtendedData).u32(recipient).u32(STDERR).string32(bytes).finish();
}

/** A message that names only the recipient: EOF, CLOSE, CHANNEL_SUCCESS, CHANNEL_FAILURE. */
export function encodeBare(number: number, recipient: number): Buffer {
  return new Writer(5).u8(number).u32(recipient).finish();
}

/** A request of ours to the visitor; we never want a reply (RFC 4254 §5.4). */
export function encodeChannelRequest(recipient: number, type: string, body: Uint8Array): Buffer {
  return new Writer().u8(Message.channelRequest).u32(recipient).string32(type).u8(0).bytes(body).finish();
}

/** `boolean always display, string message, string language` (RFC 4253 §11.3) */
export function encodeDebug(text: string): Buffer {
  return new Writer().u8(Message.debug).u8(0).string32(text).string32("").finish();
}
