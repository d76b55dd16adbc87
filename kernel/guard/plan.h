/*
 * What the guard is told to do, made by src/disguise/run/. A plan is records, one after another:
 *
 *   count  4 bytes, little-endian   number of fields
 *   field  4 bytes, little-endian   size, then that many bytes, then a zero byte
 *
 * The first field is the verb. Paths that don't begin with a slash lie in the staging area, a tmpfs that only the tree's mount namespace
 * has. The plan comes from who starts the guard, with the same rights: it is trusted, yet a broken one ends the guard, not its memory.
 */
#ifndef GUARD_PLAN_H
#define GUARD_PLAN_H
#include "system.h"

enum { MOST_FIELDS = 4000, PLAN_FILE = 200, STATUS_PIPE = 201, KEPT_FILE = 202 };

struct record {
  u32 count;
  const char *fields[MOST_FIELDS];
  u32 sizes[MOST_FIELDS];
};

/* Maps the plan, and looks through all of it. */
void open_plan(int file);

/* The next record from `*at` on, which moves behind it; false at the end. */
int next_record(u64 *at, struct record *record);

/* The first record with this verb. */
int find_record(const char *verb, struct record *record);

/* A sentence on standard error; the tree starts all the same. */
void warn(const char *what, long error);

/* After a sentence: what is done instead where that is set, else the end with the status for what could not be set up. */
_Noreturn void refuse(const char *what, long error);
extern void (*instead)(void);

/* Warnings go to the kernel's log: standard error may be a visitor's connection. */
extern int is_quiet;

/*
 * mounts.c: everything in the namespaces, up to the decoy processes. A tree is set up in new namespaces, with all records; a service, too,
 * but what is its own stays, and its decoy processes are started apart; where the namespace is there already, only mounts are made.
 */
enum way { TREE, SERVICE, LOGIN };
void set_up(enum way way);
/* A service's decoy processes belong to nobody, and end with the process that `watched` is open for, unless it is negative. */
void start_processes(long watched);
void leave_staging(void);

/* guard.c: a user namespace in which this account, and no other, is itself. */
void map_own_ids(void);

/* guard.c: execvp(3). Answers the error. */
long start_program(const char *name, const char *const *arguments, const char *const *environment);

/* enter.c: the ways that carry a service or a login. */
_Noreturn void enter(u64 count, const char *const *words, const char *const *environment);
_Noreturn void come_here(const char *path);

#endif
