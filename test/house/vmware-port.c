/*
 * Runs a program as on VMware: where it faults at IN EAX,DX on port 0x5658 with the magic number, the answer is put into its registers and it
 * goes on behind the instruction. Every other fault stays its own. For tests of what asks that port.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static const unsigned long magic = 0x564d5868;

/* What ESX says: 1 where the registers were a question of the port. */
static int answer(pid_t child, struct user_regs_struct *r) {
  errno = 0;
  const long code = ptrace(PTRACE_PEEKTEXT, child, (void *)r->rip, NULL);
  if (errno != 0 || (code & 0xff) != 0xed || (r->rax & 0xffffffff) != magic || (r->rdx & 0xffff) != 0x5658) return 0;
  const unsigned command = r->rcx & 0xffff;
  r->rip += 1;
  if (command != 10) r->rax = command == 20 ? 4096 : 0xffffffff;
  else r->rax = 6, r->rbx = magic, r->rcx = 2;
  return 1;
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  const pid_t child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    execv(argv[1], &argv[1]);
    _exit(127);
  }
  for (int status; waitpid(child, &status, 0) == child && WIFSTOPPED(status);) {
    struct user_regs_struct r;
    int signal = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
    if (signal == SIGSEGV && ptrace(PTRACE_GETREGS, child, NULL, &r) == 0 && answer(child, &r)) {
      ptrace(PTRACE_SETREGS, child, NULL, &r);
      signal = 0;
    }
    ptrace(PTRACE_CONT, child, NULL, (void *)(long)signal);
  }
  return 0;
}
