/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A legitimate user and the service that it uses: TCP with large blocks in one direction, or small questions and their answers.
 *
 *     tcp-load serve PORT PROCESSOR                       one connection after the other, until it is killed; says "ready"
 *     tcp-load send ADDRESS PORT PROCESSOR MILLISECONDS   prints bytes a second as the service counted them
 *     tcp-load receive ADDRESS PORT PROCESSOR MILLISECONDS
 *     tcp-load ask ADDRESS PORT PROCESSOR QUESTIONS       prints median, 99th percentile and mean of the round trips, nanoseconds
 *
 * The first byte of a connection says what it is for; of a question and its answer, each is 64 bytes.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 128 << 10, QUESTION = 64, MOST_QUESTIONS = 1 << 20 };
static char block[BLOCK];

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Before all that has no fixed time, so that others on the machine cost little: what is measured takes a fraction of a second. */
static void stay_on(const char *processor) {
  const struct sched_param first = {.sched_priority = 1};
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET((size_t)atoi(processor) % (size_t)sysconf(_SC_NPROCESSORS_ONLN), &set);
  if (sched_setaffinity(0, sizeof set, &set) || sched_setscheduler(0, SCHED_FIFO, &first)) err(1, "processor %s", processor);
}

/* Without congestion control that goes by the clock: what is measured is work. Round trips are not held back to be joined. */
static void settle(int s) {
  const int yes = 1;
  const char control[] = "reno";
  if (setsockopt(s, IPPROTO_TCP, TCP_CONGESTION, control, sizeof control)) err(1, "TCP_CONGESTION");
  if (setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes)) err(1, "TCP_NODELAY");
}

/* False at the connection's end. */
static int read_all(int s, void *into, size_t size) {
  for (size_t have = 0; have < size;) {
    const ssize_t got = read(s, (char *)into + have, size - have);
    if (got <= 0) return 0;
    have += (size_t)got;
  }
  return 1;
}

static int write_all(int s, const void *from, size_t size) {
  for (size_t sent = 0; sent < size;) {
    const ssize_t put = write(s, (const char *)from + sent, size - sent);
    if (put <= 0) return 0;
    sent += (size_t)put;
  }
  return 1;
}

static uint64_t swallow(int s) {
  uint64_t all = 0;
  for (ssize_t got; (got = read(s, block, BLOCK)) > 0;) all += (uint64_t)got;
  return all;
}

static void serve_one(int s) {
  char what = 0;
  if (!read_all(s, &what, 1)) return;
  if (what == 's') {
    const uint64_t all = swallow(s);
    write_all(s, &all, sizeof all);
  }
  while (what == 'r' && write_all(s, block, BLOCK)) continue;
  char question[QUESTION];
  while (what == 'a' && read_all(s, question, QUESTION) && write_all(s, question, QUESTION)) continue;
}

static void serve(uint16_t port) {
  const int yes = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  const struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (const struct sockaddr *)&at, sizeof at) || listen(listener, 16)) err(1, "port %d", port);
  puts("ready"), fflush(stdout);
  for (;;) {
    const int s = accept(listener, 0, 0);
    if (s < 0) err(1, "accept");
    settle(s), serve_one(s), close(s);
  }
}

static int connected(const char *address, const char *port, char what) {
  const int s = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  if (inet_pton(AF_INET, address, &to.sin_addr) != 1) errx(1, "%s is no address", address);
  if (connect(s, (const struct sockaddr *)&to, sizeof to)) err(1, "%s port %s", address, port);
  settle(s);
  if (!write_all(s, &what, 1)) err(1, "write");
  return s;
}

static void tell_rate(uint64_t bytes, uint64_t nanoseconds) {
  printf("{\"bytesPerSecond\":%.0f}\n", (double)bytes * 1e9 / (double)nanoseconds);
}

static void send_for(int s, uint64_t nanoseconds) {
  const uint64_t began = now();
  while (now() - began < nanoseconds)
    if (!write_all(s, block, BLOCK)) err(1, "write");
  shutdown(s, SHUT_WR);
  uint64_t all;
  if (!read_all(s, &all, sizeof all)) errx(1, "the service ended");
  tell_rate(all, now() - began);
}

static void receive_for(int s, uint64_t nanoseconds) {
  const uint64_t began = now();
  uint64_t all = 0;
  while (now() - began < nanoseconds) {
    const ssize_t got = read(s, block, BLOCK);
    if (got <= 0) errx(1, "the service ended");
    all += (uint64_t)got;
  }
  tell_rate(all, now() - began);
}

static int by_size(const void *one, const void *other) {
  const uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
  return (a > b) - (a < b);
}

static void ask(int s, size_t questions) {
  static uint32_t took[MOST_QUESTIONS];
  if (questions < 1 || questions > MOST_QUESTIONS) errx(1, "1 to %d questions", MOST_QUESTIONS);
  char question[QUESTION] = "question";
  uint64_t all = 0;
  for (size_t asked = 0; asked < questions; asked++) {
    const uint64_t began = now();
    if (!write_all(s, question, QUESTION) || !read_all(s, question, QUESTION)) errx(1, "the service ended");
    took[asked] = (uint32_t)(now() - began), all += took[asked];
  }
  qsort(took, questions, sizeof *took, by_size);
  printf("{\"median\":%u,\"p99\":%u,\"mean\":%.0f}\n", took[questions / 2], took[questions * 99 / 100], (double)all / (double)questions);
}

int main(int count, char **word) {
  signal(SIGPIPE, SIG_IGN);
  if (count == 4 && !strcmp(word[1], "serve")) stay_on(word[3]), serve((uint16_t)atoi(word[2]));
  if (count != 6) errx(2, "serve PORT PROCESSOR | send, receive, ask ADDRESS PORT PROCESSOR AMOUNT");
  stay_on(word[4]);
  const int s = connected(word[2], word[3], word[1][0]);
  const uint64_t amount = strtoull(word[5], 0, 10);
  if (!strcmp(word[1], "send")) send_for(s, amount * 1000000);
  if (!strcmp(word[1], "receive")) receive_for(s, amount * 1000000);
  if (!strcmp(word[1], "ask")) ask(s, amount);
  return 0;
}
