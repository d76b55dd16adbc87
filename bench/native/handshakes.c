/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Visitors without end: each opens a connection from an address of its own in 10.0.0.0/8, completes the handshake, and stays. So many may
 * wait for an answer at a time; who gets none in a while is given up.
 *
 *     handshakes flood INTERFACE MAC HOST PORT PROCESSOR MILLISECONDS AT-ONCE FIRST   as many as can be
 *     handshakes hold INTERFACE MAC HOST PORT PROCESSOR COUNT AT-ONCE FIRST           so many, each until it is done; then each asks once
 * whether the host still holds its connection handshakes send INTERFACE MAC HOST PORT PROCESSOR MILLISECONDS AT-ONCE FIRST    SYNs alone,
 * without an ear for answers
 *
 * FIRST is the number of the first visitor. Prints one JSON object: SYNs sent, handshakes completed, visitors held, nanoseconds by the
 * clock and of the processor.
 */
#include "packets.h"

enum { MOST = 1 << 24, PATIENCE = 20000000 };
static const uint8_t options[] = {2, 4, 5, 0xb4, 1, 3, 3, 7, 1, 1, 4, 2};

static struct {
  struct wire wire;
  uint8_t mac[6];
  uint32_t host, first;
  uint16_t port;
  uint64_t sent, completed, held, open;
  /* Of each visitor: the host's sequence number, and how far it has come. */
  uint32_t *theirs;
  uint8_t *stage;
  uint32_t remembered;
} all;
enum { NOTHING, CONNECTED, HELD };

static uint32_t isn_of(uint32_t visitor) {
  uint32_t mixed = visitor * 0x9e3779b1;
  return (mixed ^ mixed >> 15) * 0x85ebca77;
}

static struct tcp_frame *frame_of(uint32_t visitor) {
  struct tcp_frame *f = next_frame(&all.wire);
  memcpy(f->to, all.mac, 6);
  f->source = htonl(0x0a000000 | (visitor & 0xffffff)), f->target = all.host;
  f->source_port = htons((uint16_t)(1024 + visitor % 60000)), f->target_port = all.port;
  f->window = htons(64240);
  return f;
}

static void knock(uint32_t visitor) {
  struct tcp_frame *f = frame_of(visitor);
  f->sequence = htonl(isn_of(visitor)), f->flags = SYN;
  memcpy(f->options, options, sizeof options);
  send_frame(&all.wire, f, sizeof options);
  all.sent++;
}

static void say(uint32_t visitor, uint32_t ours, uint32_t theirs) {
  struct tcp_frame *f = frame_of(visitor);
  f->sequence = htonl(ours), f->acknowledgement = htonl(theirs), f->flags = ACK;
  send_frame(&all.wire, f, 0);
}

static void take(struct wire *w, const struct tcp_frame *f) {
  (void)w;
  const uint32_t visitor = ntohl(f->target) & 0xffffff, place = visitor - all.first;
  if (f->source != all.host || f->source_port != all.port || ntohl(f->acknowledgement) != isn_of(visitor) + 1) return;
  if ((f->flags & (SYN | ACK | RST)) == (SYN | ACK)) {
    if (place < all.remembered && all.stage[place] != NOTHING) return;
    if (place < all.remembered) all.theirs[place] = ntohl(f->sequence) + 1, all.stage[place] = CONNECTED;
    say(visitor, isn_of(visitor) + 1, ntohl(f->sequence) + 1);
    all.completed++;
    if (all.open) all.open--;
  } else if ((f->flags & (SYN | ACK | RST)) == ACK && place < all.remembered && all.stage[place] == CONNECTED) {
    all.stage[place] = HELD, all.held++;
    if (all.open) all.open--;
  }
}

/* Takes what has come; where nothing does for a while, what is open is given up. */
static void listen_for_answers(uint64_t *last) {
  flush(&all.wire);
  if (!receive(&all.wire, take))
    wait_for_frames(&all.wire, 2);
  else
    *last = now();
  if (now() - *last > PATIENCE) all.open = 0, *last = now();
}

static void flood(uint64_t nanoseconds, uint64_t at_once, int deaf) {
  const uint64_t end = now() + nanoseconds;
  uint64_t last = now();
  for (uint32_t visitor = all.first; now() < end;) {
    for (unsigned i = 0; i < BATCH && (deaf || all.open < at_once); i++, all.open++) knock(visitor++);
    if (deaf)
      flush(&all.wire);
    else
      listen_for_answers(&last);
  }
}

/* One pass over all who have not come so far; each again in the next one. */
static void pass(uint8_t stage, uint64_t at_once) {
  uint64_t last = now();
  for (uint32_t place = 0; place < all.remembered;) {
    for (unsigned i = 0; i < BATCH && all.open < at_once && place < all.remembered; place++) {
      if (all.stage[place] != stage) continue;
      const uint32_t visitor = all.first + place;
      if (stage == NOTHING)
        knock(visitor);
      else
        say(visitor, isn_of(visitor), all.theirs[place]);
      all.open++, i++;
    }
    listen_for_answers(&last);
  }
  const uint64_t end = now() + PATIENCE;
  while (all.open && now() < end) listen_for_answers(&last);
  all.open = 0;
}

static void hold(uint32_t count, uint64_t at_once) {
  all.remembered = count, all.theirs = calloc(count, sizeof *all.theirs), all.stage = calloc(count, 1);
  if (!all.theirs || !all.stage) errx(1, "no memory");
  for (int tries = 0; tries < 20 && all.completed < count; tries++) pass(NOTHING, at_once);
  for (int tries = 0; tries < 20 && all.held < count; tries++) pass(CONNECTED, at_once);
}

int main(int count, char **word) {
  if (count != 10) errx(2, "flood, hold, send INTERFACE MAC HOST PORT PROCESSOR AMOUNT AT-ONCE FIRST");
  uint8_t *m = all.mac;
  if (sscanf(word[3], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", m, m + 1, m + 2, m + 3, m + 4, m + 5) != 6) errx(2, "%s is no MAC", word[3]);
  all.host = inet_addr(word[4]), all.port = htons((uint16_t)atoi(word[5])), all.first = (uint32_t)atoi(word[9]);
  stay_on(word[6]), open_wire(&all.wire, word[2]);
  const uint64_t amount = strtoull(word[7], 0, 10), at_once = strtoull(word[8], 0, 10), began = now();
  if (!strcmp(word[1], "hold")) {
    if (amount > MOST) errx(2, "at most %d", MOST);
    hold((uint32_t)amount, at_once);
  } else {
    flood(amount * 1000000, at_once, !strcmp(word[1], "send"));
  }
  const uint64_t took = now() - began;
  struct timespec used;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  printf("{\"sent\":%lu,\"completed\":%lu,\"held\":%lu,\"nanoseconds\":%lu,\"processor\":%lu}\n", all.sent, all.completed, all.held, took,
         (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec);
  return 0;
}
