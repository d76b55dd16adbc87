/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a matched pattern costs its sender. Where something real listens, a pattern only observes unless its source is suspect by proof or
 * the pattern says otherwise; where an unused port has an answer of its own, that answer is the nonsense, and the pattern is told; so
 * it is where a suspect speaks with a decoy that it was handed over to. A trusted source, and a packet that is not for this host, is never
 * matched. No reply to a source that is not proved is larger than what it answers, and those are limited for each source and in all.
 */
#pragma once
#include "connection.h"
#include "fields.h"
#include "match.h"

enum { MOST_LOOKED_AT = 8, REPLIES_OF_ONE = 5, REPLIES_OF_ALL = 1000 };

/** Whether this is one of the first segments with a payload. */
INLINE bool is_first(const struct packet *p) {
  const __u32 tag = tag_of(p);
  struct progress_of_flow *flow = flow_at(tag);
  if (!flow) return false;
  if (flow->tag != tag || p->flags & SYN) flow->tag = tag, flow->segments = 0;
  if (flow->segments >= FIRST_SEGMENTS) return false;
  if (p->payload) flow->segments += 1;
  return true;
}

/** What was dropped comes again, and is then as much a first segment as it was. */
INLINE void forget_segment(const struct packet *p) {
  const __u32 tag = tag_of(p);
  struct progress_of_flow *flow = flow_at(tag);
  if (flow && flow->tag == tag && flow->segments && flow->segments <= FIRST_SEGMENTS) flow->segments -= 1;
}

/** Whether the first segments of its connection have been seen: true for nearly all that a busy service gets. */
INLINE bool is_late(const struct packet *p) {
  const __u32 tag = tag_of(p);
  const struct progress_of_flow *flow = flow_at(tag);
  return flow && flow->tag == tag && flow->segments >= FIRST_SEGMENTS && !(p->flags & SYN);
}

INLINE void without_socket(struct standing_of_flow *found, const struct packet *p, const bool is_ipv6, const struct settings *settings) {
  const struct decoy *decoy = decoy_of(p);
  struct place place;
  found->flow = FLOW_STRAY;
  if (!(p->flags & ACK) || !decoy || !decoy->kind || !find_place(p, decoy, cookie(p, is_ipv6, settings), &place)) return;
  found->flow = p->payload && place.is_exact ? FLOW_FIRST : FLOW_LATER;
  found->is_proved = place.is_exact;
}

/** A connection's numbers can be read at tc alone, so whether this is one of its first segments is counted there alone. */
INLINE void with_socket(struct standing_of_flow *found, const struct packet *p, struct bpf_sock *socket, const bool xdp) {
  found->is_connection = socket->state != TCP_LISTEN;
  found->flow = FLOW_STRAY;
  if (!found->is_connection || xdp) return;
  found->flow = p->payload && is_first(p) ? FLOW_FIRST : FLOW_LATER;
  read_numbers(found, p, socket);
}

INLINE struct standing_of_flow stand(void *ctx, const bool xdp, const bool is_ipv6, const struct packet *p,
                                     const struct settings *settings) {
  const bool is_tcp = p->protocol == PROTOCOL_TCP;
  struct standing_of_flow found = {.flow = FLOW_NEW, .is_real = !is_tcp && p->protocol != PROTOCOL_UDP, .next = p->sequence};
  struct bpf_sock_tuple between;
  if (found.is_real) return found;
  const __u32 size = fill_between(&between, p, is_ipv6);
  struct bpf_sock *socket =
      is_tcp ? socket_find(ctx, &between, size, (__u64)-1, 0) : datagram_socket_find(ctx, &between, size, (__u64)-1, 0);
  const bool opens = !is_tcp || (p->flags & (SYN | ACK)) == SYN;
  if (!socket) {
    if (!opens) without_socket(&found, p, is_ipv6, settings);
    return found;
  }
  found.is_real = true;
  if (!opens) with_socket(&found, p, socket, xdp);
  socket_release(socket);
  return found;
}

/** Flows of which rules with a payload are to be looked for. */
INLINE __u8 flows_of(const struct group *group) {
  return group->hash_flows | group->automaton_flows;
}

/** Flows of which a segment with these flags can be recognised by them. */
INLINE __u8 flows_of_flags(const struct tables *t, __u8 flags) {
  const struct span span = t->by_flags[flags];
  __u8 found = span.size > MOST_LOOKED_AT ? FLOW_NEW | FLOW_FIRST | FLOW_LATER | FLOW_STRAY : 0;
  for (__u32 index = 0; index < MOST_LOOKED_AT && index < span.size; index++)
    found |= t->rules[t->lists[(span.first + index) & (LISTS - 1)] & (RULES - 1)].flows;
  return found;
}

/** Whether a rule could hold that is found by headers alone, or by the port. */
INLINE bool is_listed(const struct tables *t, const struct group *group, const struct packet *p, const bool is_ipv6) {
  if (group->size || p->protocol == (is_ipv6 ? PROTOCOL_ICMPV6 : PROTOCOL_ICMP)) return true;
  if (p->protocol != PROTOCOL_TCP || !t->by_flags[p->flags].size) return false;
  return !is_late(p) || flows_of_flags(t, p->flags) & FLOW_LATER;
}

/** The same when it is known to which flow the packet belongs. */
INLINE bool is_listed_for(const struct tables *t, const struct group *group, const struct packet *p, const bool is_ipv6, __u8 flow) {
  return is_listed(t, group, p, is_ipv6) && (group->size || p->protocol != PROTOCOL_TCP || flows_of_flags(t, p->flags) & flow);
}

/** Whether any rule could hold, by what costs nearly nothing. */
INLINE bool is_worth_it(const struct tables *t, const struct group *group, const struct packet *p, const bool is_ipv6) {
  if (is_listed(t, group, p, is_ipv6)) return true;
  if (p->protocol != PROTOCOL_TCP) return flows_of(group);
  return p->payload && flows_of(group) && (flows_of(group) & (FLOW_LATER | FLOW_STRAY) || !is_late(p));
}

INLINE __u32 group_of(const struct tables *t, const struct packet *p, const bool is_ipv6) {
  if (p->protocol == PROTOCOL_TCP) return t->port_groups[p->to_port];
  if (p->protocol == PROTOCOL_UDP) return t->port_groups[PORTS + p->to_port];
  if (p->protocol == PROTOCOL_ICMP && !is_ipv6) return t->meta[META_ICMP_GROUP];
  return p->protocol == PROTOCOL_ICMPV6 && is_ipv6 ? t->meta[META_ICMP6_GROUP] : t->meta[META_OTHER_GROUP];
}

/** The two words in front of a datagram's bytes, with their checksum. */
INLINE void datagram_words(__u32 word[2], const struct packet *p, const struct scratch *s, const struct reply *reply, bool unfinished) {
  const __u32 size = 8 + reply->size;
  __u64 sum = reply->sum;
  if (s->protocol == BIT_UDP) {
    word[0] = swap16(p->to_port) | (__u32)swap16(p->from_port) << 16, word[1] = swap16(size);
    sum += pseudo_header(p, size, PROTOCOL_UDP);
    const __u32 whole = folded(sum + word[0] + word[1]) ^ 0xffff;
    word[1] |= (unfinished ? folded(pseudo_header(p, size, PROTOCOL_UDP)) : whole ? whole : 0xffff) << 16;
    return;
  }
  word[0] = s->protocol == BIT_ICMP ? 0 : 129;
  word[1] = swap16(s->field[FIELD_ICMP_ID]) | (__u32)swap16(s->field[FIELD_ICMP_SEQUENCE]) << 16;
  if (s->protocol == BIT_ICMPV6) sum += pseudo_header(p, size, PROTOCOL_ICMPV6);
  word[0] |= (folded(sum + word[0] + word[1]) ^ 0xffff) << 16;
}

INLINE bool has_room(const struct packet *p, __u64 now) {
  return is_allowed(ALLOWANCE_REPLIES_OF_ONE + (bucket_of(&p->from) & (REPLY_BUCKETS - 1)), REPLIES_OF_ONE, now) &&
         is_allowed(ALLOWANCE_REPLIES, REPLIES_OF_ALL, now);
}

INLINE bool may_reply(const struct packet *p, const struct scratch *s, const struct reply *reply, __u64 now) {
  const bool is_echo =
      (s->protocol == BIT_ICMP && s->field[FIELD_ICMP_TYPE] == 8) || (s->protocol == BIT_ICMPV6 && s->field[FIELD_ICMP_TYPE] == 128);
  return (s->protocol == BIT_UDP || is_echo) && reply->size <= s->field[FIELD_PAYLOAD_SIZE] && has_room(p, now);
}

INLINE int reply_datagram(void *ctx, const bool xdp, const bool is_ipv6, const struct packet *p, const struct scratch *s, struct tables *t,
                          const struct reply *reply) {
  const __u32 ip_bytes = is_ipv6 ? IPV6_BYTES : IPV4_BYTES, headers = ETHERNET_BYTES + ip_bytes + 8;
  const __u32 size = reply->size;
  const __u16 *udp = start_of(ctx, xdp) + ETHERNET_BYTES + ip_bytes;
  if ((void *)(udp + 4) > end_of(ctx, xdp)) return drop(xdp);
  const bool unfinished = !xdp && s->protocol == BIT_UDP && udp[3] == folded(pseudo_header(p, swap16(udp[2]), PROTOCOL_UDP));
  if (size > REPLY_BYTES || !resize(ctx, xdp, headers + size)) return drop(xdp);
  struct made made = {};
  write_ip(&made, is_ipv6, p, ip_bytes + 8 + size);
  datagram_words(made_at(&made, ETHERNET_BYTES + ip_bytes), p, s, reply, unfinished);
  if (!store_headers(ctx, xdp, &made, headers)) return drop(xdp);
  if (!store_bytes(ctx, xdp, headers, &t->reply_bytes[reply->first & (REPLY_ALL - 1)], size, REPLY_BYTES)) return drop(xdp);
  return send_back(ctx, xdp);
}

/**
 * A matched segment of a real server's connection, whose answer is more than to drop it. What the server has already, it keeps; what is not
 * the next that it takes comes again. Whose address is not proved gets no more bytes than it sent.
 *
 * @return the answer that is carried out
 */
INLINE __u32 end_connection(struct packet *p, struct tables *t, const struct rule *rule, __u32 answer,
                            const struct standing_of_flow *standing, struct turn *turn, __u64 now) {
  const __s32 had = standing->next - p->sequence;
  if (had < 0 || !p->payload || !(p->flags & ACK) || p->flags & (SYN | RST)) return ANSWER_DROP;
  if (had >= p->payload) return ANSWER_OBSERVE;
  const struct reply *reply = &t->replies[rule->reply & (REPLIES - 1)];
  turn->ends = true, turn->next = standing->next, turn->tables = t;
  forget_flow(tag_of(p)), set_mark(tag_of(p), answer == ANSWER_TARPIT ? MARK_HELD : MARK_ENDED, 0, now);
  if (answer == ANSWER_TARPIT) {
    closed_window(&turn->segment, p, standing->next + 1);
    return answer;
  }
  end_of_all(&turn->segment, p);
  if (answer == ANSWER_HAND_OVER) {
    if (standing->is_proved) enter_suspect(p, now);
  } else if (standing->is_proved || (reply->size <= p->payload && has_room(p, now))) {
    turn->reply = reply, turn->segment.flags |= PSH;
  }
  return answer;
}

/** Whether the socket is a decoy's, to which the source was handed over. */
INLINE bool is_turned(const struct packet *p) {
  const __u32 port = p->to_port;
  const __u16 *place = map_find(&turned_ports, &port);
  return place && *place && is_marked(tag_of(p), MARK_TURNED);
}

/** The answer that is carried out: what it cannot be for this packet becomes the next best. */
INLINE __u32 carried_out(struct packet *p, const struct scratch *s, struct tables *t, const struct rule *rule, bool has_decoy,
                         const struct standing_of_flow *standing, struct turn *turn, __u64 now) {
  const __u32 answer = standing->is_real && !is_suspect(&p->from, now) ? rule->on_listener : rule->answer;
  if (has_decoy || (standing->is_connection && is_turned(p))) return ANSWER_OBSERVE;
  if (answer == ANSWER_OBSERVE || answer == ANSWER_DROP) return answer;
  if (standing->is_connection) return end_connection(p, t, rule, answer, standing, turn, now);
  if (answer != ANSWER_REPLY) return ANSWER_OBSERVE;
  return p->protocol != PROTOCOL_TCP && may_reply(p, s, &t->replies[rule->reply & (REPLIES - 1)], now) ? answer : ANSWER_DROP;
}

INLINE __u32 counter_of(__u32 answer, bool is_tcp) {
  if (answer == ANSWER_DROP) return COUNT_DROPPED;
  if (answer == ANSWER_REPLY) return is_tcp ? COUNT_NONSENSE : COUNT_REPLIES;
  if (answer == ANSWER_HAND_OVER) return COUNT_TURNED;
  return answer == ANSWER_TARPIT ? COUNT_HELD : COUNT_OBSERVED;
}

INLINE int answer_match(void *ctx, const bool xdp, const bool is_ipv6, struct packet *p, const struct scratch *s, struct tables *t,
                        const struct standing_of_flow *standing, struct turn *turn, __u64 now) {
  const struct rule *rule = &t->rules[s->best & (RULES - 1)];
  const bool is_tcp = p->protocol == PROTOCOL_TCP;
  const struct decoy *decoy = !standing->is_real && is_tcp && !is_odd(p->flags) ? decoy_of(p) : 0;
  const __u32 answer = carried_out(p, s, t, rule, decoy && decoy->kind, standing, turn, now);
  count(counter_of(answer, is_tcp));
  const __u32 detail = rule->pattern | answer << 16;
  tell(p, EVENT_PATTERN, detail | (standing->is_proved ? MATCH_PROVED : 0), now);
  if (answer == ANSWER_OBSERVE && standing->is_connection && !standing->is_proved && !is_turned(p))
    set_mark(tag_of(p), MARK_UNPROVED, detail, now);
  if (answer == ANSWER_OBSERVE) return GO_ON;
  if (answer == ANSWER_DROP) {
    if (standing->is_connection && standing->flow == FLOW_FIRST) forget_segment(p);
    return drop(xdp);
  }
  return is_tcp ? SPEAK : reply_datagram(ctx, xdp, is_ipv6, p, s, t, &t->replies[rule->reply & (REPLIES - 1)]);
}

/** @param where at tc behind XDP there is nothing to do but for connections of real servers, and at XDP nothing for them */
INLINE int on_patterns(void *ctx, const enum place_of_engine where, const bool is_ipv6, struct packet *p, const struct settings *settings,
                       struct turn *turn, __u64 now) {
  const bool xdp = where == AT_XDP;
  const __u32 zero = 0;
  const __u32 *set = map_find(&active, &zero);
  if (!set) return GO_ON;
  const __u32 number = *set;
  void *tables_map = map_find(&tables_sets, &number), *automaton_map = map_find(&transitions_sets, &number);
  struct scratch *s = map_find(&scratch, &zero);
  if (!tables_map || !automaton_map || !s) return GO_ON;
  struct tables *t = map_find(tables_map, &zero);
  struct transitions *automaton = map_find(automaton_map, &zero);
  if (!t || !automaton) return GO_ON;
  s->group = group_of(t, p, is_ipv6);
  const struct group *group = &t->groups[s->group & (GROUPS - 1)];
  if (p->protocol == PROTOCOL_TCP) {
    // A new connection may have an old one's ports.
    if (p->flags & SYN && flows_of(group)) is_first(p);
    if (!xdp && (p->flags & (SYN | RST | ACK)) == ACK) {
      const int decided = on_ended(ctx, is_ipv6, p, flows_of(group) || group->size, turn, now);
      if (decided != GO_ON) return decided;
    }
  }
  if (!is_worth_it(t, group, p, is_ipv6)) return GO_ON;
  const struct standing_of_flow standing = stand(ctx, xdp, is_ipv6, p, settings);
  if (where != AT_TC && standing.is_connection == xdp) return GO_ON;
  p->is_nobodys = !standing.is_real;
  s->flow = standing.flow;
  if (!is_listed_for(t, group, p, is_ipv6, s->flow) && !(flows_of(group) & s->flow)) return GO_ON;
  if (!read_fields(ctx, xdp, is_ipv6, p, s) || best_rule(t, automaton, s) >= NO_RULE) return GO_ON;
  if (!is_own(&p->to) || is_trusted(&p->from)) return GO_ON;
  return answer_match(ctx, xdp, is_ipv6, p, s, t, &standing, turn, now);
}
