/*
 * A shell's part of job control: runs the command that is given as the foreground job of a terminal of its own, types ^Z, continues it,
 * types ^C. Prints what became of the job each time.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void wait_and_tell(pid_t job) {
  int status;
  if (waitpid(job, &status, WUNTRACED | WCONTINUED) != job)
    puts("gone");
  else if (WIFSTOPPED(status))
    printf("stopped by %d\n", WSTOPSIG(status));
  else if (WIFCONTINUED(status))
    puts("continued");
  else if (WIFSIGNALED(status))
    printf("killed by %d\n", WTERMSIG(status));
  else
    printf("ended with %d\n", WEXITSTATUS(status));
}

static pid_t start(int terminal, char **command) {
  const pid_t job = fork();
  if (job != 0) return job;
  setpgid(0, 0);
  signal(SIGTTOU, SIG_IGN);
  tcsetpgrp(terminal, getpid());
  signal(SIGTTOU, SIG_DFL);
  dup2(terminal, 0);
  execv(command[0], command);
  _exit(127);
}

static void type(int master, char key) {
  usleep(300000);
  if (write(master, &key, 1) != 1) exit(1);
}

int main(int argc, char **argv) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (argc < 2 || master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) return 1;
  setvbuf(stdout, NULL, _IONBF, 0);
  setsid();
  const int terminal = open(ptsname(master), O_RDWR | O_CLOEXEC);
  ioctl(terminal, TIOCSCTTY, 0);
  const pid_t job = start(terminal, &argv[1]);
  type(master, 0x1a);
  wait_and_tell(job);
  kill(-job, SIGCONT);
  wait_and_tell(job);
  type(master, 0x03);
  wait_and_tell(job);
  return 0;
}
