/*
 * What is forged. The file is lines of words between single spaces; `#` begins a comment line. All numbers are lower-case or upper-case
 * hexadecimal of at most eight digits.
 *
 *   utsusemi-tracer 1                          the first line
 *   cpuid LEAF SUBLEAF|* EAX EBX ECX EDX       the whole answer of a leaf
 *   mask LEAF SUBLEAF|* REGISTER CLEAR SET     real bits of one register (eax, ebx, ecx, edx), some cleared, then some set
 *   absent FIRST LAST                          leaves that this processor has not, but those that have a `cpuid` line
 *   port COMMAND EAX EBX ECX EDX               an answer of the VMware port; `same` leaves a register as it was
 *   port COMMAND time                          the time of day: EAX seconds, EBX microseconds, ECX the greatest lag (VMware's GETTIME)
 *   others EAX                                 every other command of the port
 *
 * With none of `port` and `others` the port stays refused. The same leaf or command twice is a mistake.
 */
#ifndef TRACER_SPEC_H
#define TRACER_SPEC_H

#include "system.h"

enum { ANY_SUBLEAF = -1, MOST_RULES = 256 };

struct answer {
  u32 value[4]; /* EAX, EBX, ECX, EDX */
};

struct leaf_rule {
  u32 leaf;
  long subleaf;
  struct answer answer;
};

struct mask_rule {
  u32 leaf;
  long subleaf;
  u32 which, clear, set;
};

struct absent_rule {
  u32 first, last;
};

struct port_rule {
  u32 command;
  u32 same; /* A bit a register. */
  int time;
  struct answer answer;
};

struct spec {
  struct leaf_rule leaves[MOST_RULES];
  struct mask_rule masks[MOST_RULES];
  struct absent_rule absent[MOST_RULES];
  struct port_rule ports[MOST_RULES];
  u32 leaf_count, mask_count, absent_count, port_count;
  int has_others;
  u32 others;
};

struct spec_mistake {
  u32 line; /* Zero: none. */
  const char *why;
};

/* Parses text that ends with a zero, and writes into it. */
struct spec_mistake parse_spec(char *text, struct spec *spec);

#endif
