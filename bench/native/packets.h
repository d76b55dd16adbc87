/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program needs that takes and sends whole Ethernet frames in batches, as fast as packet(7) lets it: a ring that the kernel fills
 * (TPACKET_V3), sendmmsg past the queue, and TCP over IPv4 as bytes.
 */
#pragma once
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };
enum { BLOCK_BYTES = 1 << 14, BLOCKS = 512, BATCH = 128, FRAME_BYTES = 128 };

struct tcp_frame {
  uint8_t to[6], from[6];
  uint16_t type;
  uint8_t version, service;
  uint16_t size, id, fragment;
  uint8_t ttl, protocol;
  uint16_t ip_check;
  uint32_t source, target;
  uint16_t source_port, target_port;
  uint32_t sequence, acknowledgement;
  uint8_t offset, flags;
  uint16_t window, check, urgent;
  uint8_t options[40];
} __attribute__((packed));
enum { HEADERS = sizeof(struct tcp_frame) - 40 };

struct wire {
  int socket;
  uint8_t *ring;
  unsigned block;
  uint8_t mac[6];
  /* Frames that wait for the end of their batch. */
  struct tcp_frame frames[BATCH];
  struct iovec parts[BATCH];
  struct mmsghdr messages[BATCH];
  unsigned waiting;
};

static inline uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Before all that has no fixed time, so that others on the machine cost little: what is measured takes a fraction of a second. */
static inline void stay_on(const char *processor) {
  const struct sched_param first = {.sched_priority = 1};
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET((size_t)atoi(processor) % (size_t)sysconf(_SC_NPROCESSORS_ONLN), &set);
  if (sched_setaffinity(0, sizeof set, &set) || sched_setscheduler(0, SCHED_RR, &first)) err(1, "processor %s", processor);
}

static inline void set_option(int s, int option, const void *value, socklen_t size) {
  if (setsockopt(s, SOL_PACKET, option, value, size)) err(1, "packet option %d", option);
}

static inline void open_wire(struct wire *w, const char *interface) {
  const int yes = 1, version = TPACKET_V3;
  const struct tpacket_req3 ring = {.tp_block_size = BLOCK_BYTES,
                                    .tp_block_nr = BLOCKS,
                                    .tp_frame_size = 2048,
                                    .tp_frame_nr = BLOCK_BYTES / 2048 * BLOCKS,
                                    .tp_retire_blk_tov = 1};
  struct ifreq link = {0};
  memset(w, 0, sizeof *w);
  w->socket = socket(AF_PACKET, SOCK_RAW, 0);
  if (w->socket < 0) err(1, "packet socket");
  set_option(w->socket, PACKET_VERSION, &version, sizeof version);
  set_option(w->socket, PACKET_IGNORE_OUTGOING, &yes, sizeof yes);
  set_option(w->socket, PACKET_QDISC_BYPASS, &yes, sizeof yes);
  set_option(w->socket, PACKET_RX_RING, &ring, sizeof ring);
  w->ring = mmap(0, (size_t)BLOCK_BYTES * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, w->socket, 0);
  if (w->ring == MAP_FAILED) err(1, "mmap");
  const struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(interface)};
  if (bind(w->socket, (const struct sockaddr *)&at, sizeof at)) err(1, "%s", interface);
  strncpy(link.ifr_name, interface, IFNAMSIZ - 1);
  if (ioctl(w->socket, SIOCGIFHWADDR, &link)) err(1, "%s", interface);
  memcpy(w->mac, link.ifr_hwaddr.sa_data, 6);
  for (unsigned i = 0; i < BATCH; i++) {
    w->parts[i].iov_base = &w->frames[i];
    w->messages[i].msg_hdr = (struct msghdr){.msg_iov = &w->parts[i], .msg_iovlen = 1};
  }
}

static inline void flush(struct wire *w) {
  for (unsigned sent = 0; sent < w->waiting;) {
    const int put = sendmmsg(w->socket, w->messages + sent, w->waiting - sent, 0);
    // Where nobody takes them as fast, one is lost.
    if (put < 0 && errno != ENOBUFS) err(1, "sendmmsg");
    sent += put < 0 ? 1 : (unsigned)put;
  }
  w->waiting = 0;
}

static inline uint32_t summed(const void *from, unsigned size, uint32_t sum) {
  const uint8_t *bytes = from;
  for (unsigned at = 0; at + 1 < size; at += 2) {
    uint16_t word;
    memcpy(&word, bytes + at, 2);
    sum += word;
  }
  return sum;
}

static inline uint16_t complement(uint32_t sum) {
  sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t) ~((sum & 0xffff) + (sum >> 16));
}

/* The next frame of the batch: what is the same in all. */
static inline struct tcp_frame *next_frame(struct wire *w) {
  if (w->waiting == BATCH) flush(w);
  struct tcp_frame *f = &w->frames[w->waiting];
  memset(f, 0, HEADERS);
  memcpy(f->from, w->mac, 6);
  f->type = htons(ETH_P_IP), f->version = 0x45, f->fragment = htons(0x4000), f->ttl = 64, f->protocol = 6;
  return f;
}

/* Completes the frame and puts it into the batch. */
static inline void send_frame(struct wire *w, struct tcp_frame *f, unsigned options) {
  const unsigned tcp = 20 + options;
  f->size = htons((uint16_t)(20 + tcp)), f->offset = (uint8_t)(tcp / 4 << 4);
  f->ip_check = complement(summed(&f->version, 20, 0));
  f->check = complement(summed(&f->source_port, tcp, summed(&f->source, 8, htons(6) + htons((uint16_t)tcp))));
  w->parts[w->waiting++].iov_len = HEADERS + options;
}

/* Hands out every TCP frame that has come; false if there was none. */
static inline int receive(struct wire *w, void (*take)(struct wire *, const struct tcp_frame *)) {
  struct tpacket_block_desc *block = (void *)(w->ring + (size_t)w->block * BLOCK_BYTES);
  if (!(__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER)) return 0;
  const uint8_t *at = (uint8_t *)block + block->hdr.bh1.offset_to_first_pkt;
  for (unsigned left = block->hdr.bh1.num_pkts; left > 0; left--) {
    const struct tpacket3_hdr *header = (const void *)at;
    const struct tcp_frame *f = (const void *)(at + header->tp_mac);
    if (header->tp_snaplen >= HEADERS && f->type == htons(ETH_P_IP) && f->version == 0x45 && f->protocol == 6) take(w, f);
    at += header->tp_next_offset;
  }
  __atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
  w->block = (w->block + 1) % BLOCKS;
  return 1;
}

static inline void wait_for_frames(struct wire *w, int milliseconds) {
  struct pollfd p = {.fd = w->socket, .events = POLLIN};
  poll(&p, 1, milliseconds);
}
