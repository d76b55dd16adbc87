/* Which of the instructions that we answer for stands at a place. */
#ifndef TRACER_DECODE_H
#define TRACER_DECODE_H

#include "system.h"

enum instruction { OTHER_INSTRUCTION, CPUID_INSTRUCTION, IN_INSTRUCTION };

enum { LONGEST_INSTRUCTION = 15 };

struct decoded {
  enum instruction instruction;
  u32 length;
  u32 bytes; /* That IN reads: 1, 2 or 4. */
};

struct decoded decode(const u8 *code, size_t size, int is_64_bit);

#endif
