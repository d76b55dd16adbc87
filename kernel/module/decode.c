// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which instruction did the processor refuse? Knows the forms of IN, OUT, INS and OUTS that take the port from DX, and CPUID; everything
 * else is "not ours" and faults as it would without the module. A pure function, which is compiled and tested outside the kernel, too.
 *
 *   [66 67 2E 36 3E 26 64 65 F2 F3]*  legacy prefixes, in any order
 *   [40-4F]                           REX, in 64-bit code, only where it stands right before the opcode
 *   EC ED | EE EF | 6C 6D | 6E 6F     IN | OUT | INS | OUTS; the even ones are one byte wide
 *   0F A2                             CPUID
 *
 * Source: Intel SDM volume 2, chapter 2.1 and 2.2.1 (prefixes), "IN", "OUT", "CPUID".
 */
#include "decode.h"

enum { OPERAND_SIZE = 0x66, REX_W = 8 };

static bool is_legacy_prefix(u8 byte) {
  switch (byte) {
  case 0x26:
  case 0x2e:
  case 0x36:
  case 0x3e:
  case 0x64:
  case 0x65:
  case OPERAND_SIZE:
  case 0x67:
  case 0xf2:
  case 0xf3:
    return true;
  default:
    return false;
  }
}

static u8 kind_of(u8 opcode) {
  switch (opcode) {
  case 0xec:
  case 0xed:
    return PORT_IN;
  case 0xee:
  case 0xef:
    return PORT_OUT;
  case 0x6c:
  case 0x6d:
  case 0x6e:
  case 0x6f:
    return PORT_STRING;
  default:
    return NOT_OURS;
  }
}

/* @have: how many bytes could be read, at most INSTRUCTION_BYTES are looked at */
struct instruction decode(const u8 *code, unsigned int have, bool is_64_bit) {
  struct instruction found = {.kind = NOT_OURS};
  bool is_narrow = false;
  unsigned int at = 0;
  u8 rex = 0;

  if (have > INSTRUCTION_BYTES) have = INSTRUCTION_BYTES;
#ifdef UTSUSEMI_TEST_OPCODE
  /* HLT is refused to programs on every processor: so it faults where CPUID faulting, which emulated processors lack, would. */
  if (have > 2 && code[0] == 0xf4 && code[1] == 0x0f && code[2] == 0xa2) {
    found.kind = CPUID;
    found.length = 3;
    return found;
  }
#endif
  for (; at < have && is_legacy_prefix(code[at]); at++) is_narrow |= code[at] == OPERAND_SIZE;
  if (is_64_bit && at < have && (code[at] & 0xf0) == 0x40) rex = code[at++];
  if (at >= have) return found;
  if (code[at] == 0x0f) {
    if (at + 1 >= have || code[at + 1] != 0xa2) return found;
    found.kind = CPUID;
    found.length = at + 2;
    return found;
  }
  found.kind = kind_of(code[at]);
  found.width = (code[at] & 1) == 0 ? 1 : is_narrow && (rex & REX_W) == 0 ? 2 : 4;
  found.length = at + 1;
  return found;
}
