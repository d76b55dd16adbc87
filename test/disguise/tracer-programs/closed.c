/* Closes its memory to others, then asks CPUID: whoever traces it without root's rights cannot read what it does. */
#include <cpuid.h>
#include <stdio.h>
#include <sys/prctl.h>

static const char *who(void) {
  unsigned a, b, c, d;
  __cpuid(0x40000000, a, b, c, d);
  return b == 0x61774d56 ? "forged" : "real";
}

int main(void) {
  const char *before = who();
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  printf("%s %s\n", before, who());
  return 0;
}
