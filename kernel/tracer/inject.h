/* Calls that a task makes for us. */
#ifndef TRACER_INJECT_H
#define TRACER_INJECT_H

#include "tasks.h"

/* `proc` is an open /proc; `secret` is what the filter of system calls lets through (launch.c). */
void prepare_calls(int proc, const u32 secret[2]);
/* In a stop: lets the task switch the faulting of CPUID on or off. 0: it cannot; the task is still stopped. */
int begin_switch(struct task *task, int on);
/*
 * In a stop of a task that is INJECTED. 1: done, or given up: the task is as before and still stopped, and what it `held` is still to be
 * given to it; 0: it goes on.
 */
int goes_on_with_switch(struct task *task, int status);

long trace(int request, int task, u64 address, const void *value);

#endif
