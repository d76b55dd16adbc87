/* Takes the tracer's place when it was killed. */
#ifndef TRACER_GUARDIAN_H
#define TRACER_GUARDIAN_H

#include "system.h"

/* Its process id; a byte into the pipe dismisses it. Where the pipe ends without, `take_over` is called in it, which does not return. */
int start_guardian(int *pipe, void (*take_over)(void));
void dismiss_guardian(int pipe);
void handle_signal(int signal, void (*handler)(int));
/* Both processes of ours live apart from the terminal of the tree, in a session of their own; 0: with the priority that they were given. */
void stand_apart(int may_be_first);
/* Seizes all tasks of the table, and their children and threads that have come since; forgets those that are gone. */
void seize_again(int proc);

#endif
