/* A program of 32 bits, without a library: prints the name that CPUID gives. */
static void print(const char *text, int size) {
  __asm__ volatile("int $0x80" : : "a"(4), "b"(1), "c"(text), "d"(size) : "memory");
}

void _start(void) {
  union {
    unsigned word[3];
    char text[13];
  } name;
  unsigned a = 0x40000000, b, c = 0, d;
  __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  name.word[0] = b, name.word[1] = c, name.word[2] = d;
  name.text[12] = '\n';
  print(name.text, 13);
  __asm__ volatile("int $0x80" : : "a"(1), "b"(7));
}
