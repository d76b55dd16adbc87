#include "tasks.h"

static struct table {
  u32 count, used, first_free;
  u32 place[MOST_IDS]; /* One more than the index in `task`; zero: unknown. Only pages that are used cost memory. */
  struct task task[MOST_TASKS];
} * table;

enum { PROT_READ_WRITE = 3, MAP_SHARED_ANONYMOUS_NORESERVE = 0x4021 };

int prepare_tasks(void) {
  const long at = CALL(mmap, 0, sizeof *table, PROT_READ_WRITE, MAP_SHARED_ANONYMOUS_NORESERVE, -1, 0);
  if (at < 0) return 0;
  table = (struct table *)at;
  return 1;
}

static int is_id(int id) {
  return id > 0 && id < MOST_IDS;
}

struct task *find_task(int id) {
  return is_id(id) && table->place[id] != 0 ? &table->task[table->place[id] - 1] : NULL;
}

struct task *add_task(int id) {
  u32 place = table->first_free;
  if (!is_id(id) || (place == 0 && table->used == MOST_TASKS)) return NULL;
  if (place != 0)
    table->first_free = table->task[place - 1].next_free;
  else
    place = ++table->used;
  struct task *task = &table->task[place - 1];
  *task = (struct task){.id = id, .wanted = -1};
  table->place[id] = place;
  table->count++;
  return task;
}

void forget_task(int id) {
  struct task *task = find_task(id);
  if (task == NULL) return;
  task->id = 0;
  task->next_free = table->first_free;
  table->first_free = table->place[id];
  table->place[id] = 0;
  table->count--;
}

u32 task_count(void) {
  return table->count;
}

struct task *next_task(struct task *before) {
  for (struct task *task = before == NULL ? table->task : before + 1; task < &table->task[table->used]; task++)
    if (task->id != 0) return task;
  return NULL;
}
