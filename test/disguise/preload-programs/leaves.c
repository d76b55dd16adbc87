/* Prints what CPUID answers for each `leaf.subleaf` that it is given, hexadecimal. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  for (int at = 1; at < argc; at++) {
    char *end;
    unsigned a = (unsigned)strtoul(argv[at], &end, 16), b, c = (unsigned)strtoul(end + 1, NULL, 16), d;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    printf("%s %u %u %u %u\n", argv[at], a, b, c, d);
  }
  return 0;
}
