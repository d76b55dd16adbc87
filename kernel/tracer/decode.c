/*
 * Instructions (Intel SDM 2, 2.1): prefixes, then
 *   0F A2   CPUID
 *   EC      IN AL, DX
 *   ED      IN eAX, DX, sixteen bits after the prefix 66; REX.W changes nothing
 * Strings (6C to 6F) and ports in the instruction itself (E4, E5) are not ours: they fault as on metal.
 */
#include "decode.h"

static int is_prefix(u8 byte, int is_64_bit) {
  switch (byte) {
  case 0x26: /* Segments. */
  case 0x2e:
  case 0x36:
  case 0x3e:
  case 0x64:
  case 0x65:
  case 0x66: /* Size of operands, of addresses. */
  case 0x67:
  case 0xf2: /* Repetition, which these do not know. */
  case 0xf3:
    return 1;
  default:
    return is_64_bit && (byte & 0xf0) == 0x40;
  }
}

struct decoded decode(const u8 *code, size_t size, int is_64_bit) {
  size_t at = 0;
  int is_16_bit = 0;
  for (; at < size && at < LONGEST_INSTRUCTION && is_prefix(code[at], is_64_bit); at++)
    if (code[at] == 0x66) is_16_bit = 1;
  if (at >= size || at >= LONGEST_INSTRUCTION) return (struct decoded){OTHER_INSTRUCTION, 0, 0};
  const u32 length = (u32)at + 1;
  if (code[at] == 0xec) return (struct decoded){IN_INSTRUCTION, length, 1};
  if (code[at] == 0xed) return (struct decoded){IN_INSTRUCTION, length, is_16_bit ? 2 : 4};
  if (code[at] == 0x0f && length < size && length < LONGEST_INSTRUCTION && code[length] == 0xa2)
    return (struct decoded){CPUID_INSTRUCTION, length + 1, 0};
  return (struct decoded){OTHER_INSTRUCTION, 0, 0};
}
