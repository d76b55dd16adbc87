/* The process that traces the tree, and the one that takes its place when it is killed. */
#ifndef TRACER_TRACER_H
#define TRACER_TRACER_H

#include "spec.h"

struct tracing_options {
  const struct spec *spec;
  int proc;          /* An open /proc. */
  int forges;        /* CPUID is to fault. */
  const char *cpuid; /* The same for people: forged, unsupported, off. */
};

/* Takes a task that does not run yet; -errno where that is refused. */
long seize(int task);
/* Ends with the process. */
_Noreturn void trace_tree(const struct tracing_options *options);

#endif
