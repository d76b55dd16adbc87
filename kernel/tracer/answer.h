/* A task that the processor stopped with SIGSEGV. */
#ifndef TRACER_ANSWER_H
#define TRACER_ANSWER_H

#include "spec.h"
#include "tasks.h"

enum outcome {
  NOT_OURS,   /* The signal is the program's. */
  ANSWERED,   /* It goes on behind the instruction. */
  STEPPED,    /* The same, and the program had asked for SIGTRAP after each instruction: that is now the signal. */
  UNREADABLE, /* Its memory is closed to us. */
};

enum outcome answer_fault(const struct task *task, const struct spec *spec, int proc);

#endif
