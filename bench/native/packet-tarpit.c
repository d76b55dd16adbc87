/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tarpit in user space, as good as packet(7) allows: answers each SYN with a SYN-ACK in batches, keeps nothing, and says nothing more.
 *
 *     packet-tarpit INTERFACE PROCESSOR      until it is killed; says "ready"
 */
#include "packets.h"

static void answer(struct wire *w, const struct tcp_frame *syn) {
  if ((syn->flags & (SYN | ACK | RST)) != SYN) return;
  struct tcp_frame *f = next_frame(w);
  memcpy(f->to, syn->from, 6);
  f->source = syn->target, f->target = syn->source, f->source_port = syn->target_port, f->target_port = syn->source_port;
  f->sequence = (syn->source ^ syn->sequence) * 0x9e3779b1 ^ syn->source_port, f->acknowledgement = htonl(ntohl(syn->sequence) + 1);
  f->flags = SYN | ACK, f->window = 0;
  memcpy(f->options, "\2\4\5\xb4", 4);
  send_frame(w, f, 4);
}

int main(int count, char **word) {
  static struct wire w;
  if (count != 3) errx(2, "INTERFACE PROCESSOR");
  stay_on(word[2]), open_wire(&w, word[1]);
  puts("ready"), fflush(stdout);
  for (;;) {
    while (receive(&w, answer)) flush(&w);
    wait_for_frames(&w, 1000);
  }
}
