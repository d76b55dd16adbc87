/* Reads plans (plan.h), and says what went wrong. */
#include "plan.h"

static const u8 *plan;
static u64 plan_size;

void (*instead)(void);
int is_quiet;

void open_plan(int file) {
  static struct record looked_at;
  struct status status;
  const long looked = CALL(newfstatat, file, "", &status, AT_EMPTY_PATH);
  if (looked < 0) refuse("the plan cannot be read", looked);
  plan_size = (u64)status.size;
  const long mapped = CALL(mmap, NULL, plan_size, PROT_READ, MAP_PRIVATE, file, 0);
  if (mapped < 0 && mapped > -4096) refuse("the plan cannot be read", mapped);
  plan = (const u8 *)mapped;
  for (u64 at = 0; next_record(&at, &looked_at);) continue;
}

static int read_number(u64 *at, u32 *number) {
  if (*at + 4 > plan_size) return 0;
  *number = (u32)plan[*at] | (u32)plan[*at + 1] << 8 | (u32)plan[*at + 2] << 16 | (u32)plan[*at + 3] << 24;
  *at += 4;
  return 1;
}

int next_record(u64 *at, struct record *record) {
  if (*at >= plan_size) return 0;
  if (!read_number(at, &record->count) || record->count == 0 || record->count > MOST_FIELDS) refuse("the plan is broken", 0);
  for (u32 index = 0; index < record->count; index += 1) {
    u32 size;
    if (!read_number(at, &size) || size >= plan_size - *at || plan[*at + size] != 0) refuse("the plan is broken", 0);
    record->fields[index] = (const char *)plan + *at;
    record->sizes[index] = size;
    *at += size + 1;
  }
  return 1;
}

int find_record(const char *verb, struct record *record) {
  for (u64 at = 0; next_record(&at, record);)
    if (is_same(record->fields[0], verb)) return 1;
  return 0;
}

void warn(const char *what, long error) {
  char line[1024] = "";
  append(line, sizeof line, is_quiet ? "<4>utsusemi: " : "utsusemi: ");
  append(line, sizeof line, what);
  if (error < 0) {
    append(line, sizeof line, " (error ");
    append_number(line, sizeof line, (u64)-error);
    append(line, sizeof line, ")");
  }
  append(line, sizeof line, "\n");
  if (is_quiet)
    write_file("/dev/kmsg", line);
  else
    CALL(write, 2, line, length(line));
}

_Noreturn void refuse(const char *what, long error) {
  warn(what, error);
  if (instead != NULL) instead();
  leave(125);
}
