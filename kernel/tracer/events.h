/* Lines of JSON for whoever wants to know who probed. They are never waited for: where nobody reads, they are counted and dropped. */
#ifndef TRACER_EVENTS_H
#define TRACER_EVENTS_H

#include "system.h"

/* Where to; -1: nowhere. `proc` is an open /proc. */
void prepare_events(int events, int proc);

/* {"event":NAME,"atMs":...,"tracer":...,"guardian":...,"tasks":...,"cpuid":CPUID} */
struct tracing {
  int tracer, guardian;
  u32 tasks;
  const char *cpuid;
};
void report_tracing(const char *event, const struct tracing *tracing);

/* {"event":NAME,"atMs":...,"pid":...,"tid":...,"comm":...,"number":...,"code":...,"suppressed":...}, at most eight a second and process. */
struct probe {
  int task;
  const char *event;
  u32 number; /* Command of the port, leaf of CPUID. */
  const u8 *code;
  size_t code_size;
};
void report_probe(const struct probe *probe);

#endif
