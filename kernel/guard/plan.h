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

/* Maps the plan that is open as PLAN_FILE. */
void open_plan(void);

/* The next record from `*at` on, which moves behind it; false at the end. */
int next_record(u64 *at, struct record *record);

/* The first record with this verb. */
int find_record(const char *verb, struct record *record);

/* Ends with the status for what could not be set up, after a sentence on standard error. */
_Noreturn void refuse(const char *what, long error);

/* A sentence on standard error; the tree starts all the same. */
void warn(const char *what, long error);

/* mounts.c: everything in the namespaces, up to the decoy processes. */
void set_up(void);
void leave_staging(void);

#endif
