/* V8 keeps its heap out of children that are forked; with this in front of the C library it does not, and a fork is a whole copy. */
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DONT_FORK = 10 };

int madvise(void *start, size_t size, int advice) {
  return advice == DONT_FORK ? 0 : (int)syscall(SYS_madvise, start, size, advice);
}
