/*
 * Does what is asked to itself, word by word, then becomes the command behind `--`:
 *   kill CALL     whoever makes this system call dies, as under a service's filter (systemd.exec(5), SystemCallFilter=)
 *   refuse CALL   the call gives EPERM
 *   subreaper     orphans become its children
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
  const char *name;
  unsigned number;
} calls[] = {{"ptrace", SYS_ptrace}, {"setpriority", SYS_setpriority}, {"seccomp", SYS_seccomp}, {"clone", SYS_clone}};

static void filter(const char *name, unsigned action) {
  for (size_t at = 0; at < sizeof calls / sizeof calls[0]; at++) {
    if (strcmp(calls[at].name, name) != 0) continue;
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[at].number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, action),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof code / sizeof code[0], code};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0) return;
  }
  perror(name);
  exit(99);
}

int main(int argc, char **argv) {
  char **word = &argv[1];
  for (; *word != NULL && strcmp(*word, "--") != 0; word++) {
    if (strcmp(*word, "subreaper") == 0)
      prctl(PR_SET_CHILD_SUBREAPER, 1);
    else if (word[1] != NULL && strcmp(*word, "kill") == 0)
      filter(*++word, SECCOMP_RET_KILL_PROCESS);
    else if (word[1] != NULL && strcmp(*word, "refuse") == 0)
      filter(*++word, SECCOMP_RET_ERRNO | EPERM);
  }
  if (argc < 2 || *word == NULL || word[1] == NULL) return 98;
  execvp(word[1], &word[1]);
  perror(word[1]);
  return 97;
}
