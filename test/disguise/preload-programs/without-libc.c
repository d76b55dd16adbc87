/* A dynamic program that needs no library, as some languages make them: ld.so loads what is preloaded all the same. 7: VMware answered. */
void _start(void);
void _start(void) {
  unsigned a = 0x40000000, b, c = 0, d;
  __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  __asm__ volatile("syscall" : : "a"(231), "D"(b == 0x61774d56 ? 7 : 3));
}
