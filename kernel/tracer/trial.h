/* Whether a filter of system calls that somebody set before us lets us make ours. */
#ifndef TRACER_TRIAL_H
#define TRACER_TRIAL_H

enum trial { TRACING, SCHEDULING };

/* 0: who makes these calls is killed. */
int lives_through(enum trial what);

#endif
