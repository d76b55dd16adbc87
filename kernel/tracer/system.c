/* The little that every part needs: system calls, memory, text. */
#include "system.h"

long call6(long number, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f) {
  long result;
  register u64 r10 __asm__("r10") = d;
  register u64 r8 __asm__("r8") = e;
  register u64 r9 __asm__("r9") = f;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
}

_Noreturn void leave(int status) {
  for (;;) CALL(exit_group, status);
}

/* The compiler calls these three by itself. */
void *memcpy(void *to, const void *from, size_t count) {
  void *start = to;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
  return start;
}

void *memset(void *to, int value, size_t count) {
  void *start = to;
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(count) : "a"(value) : "memory");
  return start;
}

int memcmp(const void *one, const void *other, size_t count) {
  const u8 *a = one, *b = other;
  for (; count > 0; count--, a++, b++)
    if (*a != *b) return *a - *b;
  return 0;
}

size_t length_of(const char *text) {
  size_t length = 0;
  while (text[length] != 0) length++;
  return length;
}

int equal(const char *one, const char *other) {
  for (; *one != 0 && *one == *other; one++) other++;
  return *one == *other;
}

long read_file(int folder, const char *path, char *to, size_t size) {
  const long file = CALL(openat, folder, path, O_RDONLY | O_CLOEXEC);
  return file < 0 ? file : read_open_file((int)file, to, size);
}

long read_open_file(int file, char *to, size_t size) {
  size_t used = 0;
  long got;
  do {
    got = CALL(read, file, &to[used], size - used);
    if (got > 0) used += (size_t)got;
  } while (got == -EINTR || (got > 0 && used < size));
  CALL(close, file);
  if (got < 0) return got;
  if (used == size) return -E2BIG;
  to[used] = 0;
  return (long)used;
}

void put(struct text *text, const char *more) {
  for (; *more != 0 && text->used < sizeof text->bytes; more++) text->bytes[text->used++] = *more;
}

void put_number(struct text *text, u64 number, u32 base) {
  char digits[24];
  u32 at = sizeof digits - 1;
  digits[at] = 0;
  do {
    digits[--at] = "0123456789abcdef"[number % base];
    number /= base;
  } while (number != 0);
  put(text, &digits[at]);
}

void put_bytes_as_hex(struct text *text, const u8 *bytes, size_t count) {
  for (size_t at = 0; at < count; at++) {
    put_number(text, bytes[at] >> 4, 16);
    put_number(text, bytes[at] & 15, 16);
  }
}

void say(const char *first, const char *second) {
  struct text line = {.used = 0};
  put(&line, "tracer: ");
  put(&line, first);
  put(&line, second);
  put(&line, "\n");
  CALL(write, 2, line.bytes, line.used);
}
