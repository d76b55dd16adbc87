/* Prints its real and effective user, and whether CPUID names VMware. */
#include <cpuid.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
  unsigned a, b, c, d;
  __cpuid(0x40000000, a, b, c, d);
  printf("%u %u %s\n", getuid(), geteuid(), b == 0x61774d56 ? "forged" : "real");
  return 0;
}
