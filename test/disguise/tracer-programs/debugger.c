/* A debugger inside the tree: each way to trace must be refused at once. Prints the answers. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void tell(const char *what, long result) {
  printf("%s: %s\n", what, result == 0 ? "done" : errno == EPERM ? "EPERM" : "another error");
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  const pid_t child = fork();
  if (child == 0) {
    tell("PTRACE_TRACEME", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
    for (;;) pause();
  }
  usleep(50000);
  tell("PTRACE_ATTACH", ptrace(PTRACE_ATTACH, child, NULL, NULL));
  tell("PTRACE_SEIZE", ptrace(PTRACE_SEIZE, child, NULL, NULL));
  tell("ARCH_GET_CPUID", syscall(SYS_arch_prctl, 0x1011, 0));
  tell("ARCH_SET_CPUID", syscall(SYS_arch_prctl, 0x1012, 1));
  tell("CLONE_UNTRACED", syscall(SYS_clone, 0x00800000 | 17, 0, 0, 0, 0));
  kill(child, 9);
  wait(NULL);
  return 0;
}
