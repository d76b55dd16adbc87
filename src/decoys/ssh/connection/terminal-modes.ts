import { Reader } from "../../../wire/reader.ts";

export interface TerminalMode {
  readonly opcode: number;
  readonly value: number;
}

/** 0 ends the list, and so do the opcodes from 160, whose arguments nobody knows. */
const LAST_OPCODE = 159;

/**
 * Reads encoded terminal modes; what is wrong ends the list.
 *
 *   repeated: byte opcode (1 to 159), uint32 value;  byte 0 (TTY_OP_END)       RFC 4254 §8
 */
export function parseTerminalModes(bytes: Uint8Array): readonly TerminalMode[] {
  const reader = new Reader(bytes);
  const modes: TerminalMode[] = [];
  while (reader.left > 0) {
    const opcode = reader.u8();
    if (opcode === 0 || opcode > LAST_OPCODE) break;
    const value = reader.u32();
    if (reader.short) break;
    modes.push({ opcode, value });
  }
  return modes;
}

/** `opcode=value` texts for the operator: their choice and order tell clients apart. */
export function describeModes(modes: readonly TerminalMode[]): readonly string[] {
  return modes.slice(0, LAST_OPCODE).map(({ opcode, value }) => `${opcode}=${value}`);
}
