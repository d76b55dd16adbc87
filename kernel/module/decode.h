/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UTSUSEMI_DECODE_H
#define UTSUSEMI_DECODE_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
typedef uint8_t u8;
#endif

enum { INSTRUCTION_BYTES = 15 };

enum instruction_kind { NOT_OURS, PORT_IN, PORT_OUT, PORT_STRING, CPUID };

struct instruction {
  u8 kind;   /* enum instruction_kind */
  u8 length; /* prefixes included */
  u8 width;  /* of a port's operand, in bytes: 1, 2 or 4 */
};

struct instruction decode(const u8 *code, unsigned int have, bool is_64_bit);

#endif
