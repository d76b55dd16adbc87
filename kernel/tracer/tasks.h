/* The tasks (threads) of the tree, by their id. The table lies in memory that the guardian shares: it has to find them after our death. */
#ifndef TRACER_TASKS_H
#define TRACER_TASKS_H

#include "system.h"

enum task_state {
  RUNNING,
  IN_EXEC,  /* Between the event of an exec and the end of that call. */
  INJECTED, /* Makes a call of ours. */
};

struct task {
  int id; /* Zero: a free place. */
  enum task_state state;
  /* CPUID faults in it, as far as we know. */
  int forged;
  /* To be set to this as soon as it stops: -1 nothing, 0 off, 1 on. */
  int wanted;
  int is_group_stopped;
  /* A SIGSTOP that came while a call of ours was made, and another signal that waited already (its number is zero: none). */
  int held_stop;
  struct signal_details held;
  /* What it was before the call of ours. */
  struct registers registers;
  u64 signal_mask;
  u64 call_at;
  u32 next_free;
};

enum { MOST_TASKS = 32768, MOST_IDS = 4194304 + 1 };

int prepare_tasks(void);
struct task *find_task(int id);
/* NULL: the table is full. */
struct task *add_task(int id);
void forget_task(int id);
u32 task_count(void);
/* Walks over all: begin with NULL. */
struct task *next_task(struct task *before);

#endif
