/*
 * Every answered probe becomes a line. A name of a process is hostile: it is escaped byte by byte, as Latin-1. What one process says is
 * limited, and so is the whole; what was left out is counted in the next line that gets through.
 */
#include "events.h"

enum { A_SECOND_AND_PROCESS = 8, A_SECOND = 400, BUCKETS = 256, POLLOUT = 4, CLOCK_REALTIME = 0 };

static int to = -1, proc_folder = -1;
static u64 suppressed;
static struct bucket {
  u64 second;
  u32 said;
} buckets[BUCKETS], whole;

void prepare_events(int events, int proc) {
  to = events;
  proc_folder = proc;
}

static u64 now_ms(void) {
  u64 now[2] = {0, 0};
  CALL(clock_gettime, CLOCK_REALTIME, now);
  return now[0] * 1000 + now[1] / 1000000;
}

static int may_say(struct bucket *bucket, u64 second, u32 most) {
  if (bucket->second != second) *bucket = (struct bucket){second, 0};
  return bucket->said++ < most;
}

static void put_field(struct text *line, const char *name, u64 number) {
  put(line, name);
  put_number(line, number, 10);
}

static void put_quoted(struct text *line, const char *bytes) {
  for (; *bytes != 0; bytes++) {
    const u8 byte = (u8)*bytes;
    const char plain[2] = {*bytes, 0};
    if (byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\') {
      put(line, plain);
      continue;
    }
    put(line, "\\u00");
    put_bytes_as_hex(line, &byte, 1);
  }
}

static void begin(struct text *line, const char *event, u64 at) {
  line->used = 0;
  put(line, "{\"event\":\"");
  put(line, event);
  put_field(line, "\",\"atMs\":", at);
}

/* A pipe that is not full takes a line whole (pipe(7), PIPE_BUF). */
static void send(struct text *line) {
  struct {
    int file;
    short events, happened;
  } ready = {to, POLLOUT, 0};
  if (suppressed > 0) put_field(line, ",\"suppressed\":", suppressed);
  put(line, "}\n");
  if (CALL(poll, &ready, 1, 0) == 1 && (ready.happened & POLLOUT) != 0 && CALL(write, to, line->bytes, line->used) == (long)line->used)
    suppressed = 0;
  else
    suppressed++;
}

void report_tracing(const char *event, const struct tracing *tracing) {
  struct text line;
  if (to < 0) return;
  begin(&line, event, now_ms());
  put_field(&line, ",\"tracer\":", (u64)tracing->tracer);
  put_field(&line, ",\"guardian\":", (u64)tracing->guardian);
  put_field(&line, ",\"tasks\":", tracing->tasks);
  put(&line, ",\"cpuid\":\"");
  put(&line, tracing->cpuid);
  put(&line, "\"");
  send(&line);
}

/* A file of /proc/TASK; empty where it cannot be read. */
static void read_of_task(int task, const char *name, char *bytes, size_t size) {
  struct text path = {.used = 0};
  put_number(&path, (u64)task, 10);
  put(&path, "/");
  put(&path, name);
  path.bytes[path.used] = 0;
  if (read_file(proc_folder, path.bytes, bytes, size) < 0) bytes[0] = 0;
}

/* `Tgid:` in /proc/TASK/status; the task itself where it is not to be had. */
static u64 process_of(int task) {
  static const char name[] = "\nTgid:\t";
  static char status[8192];
  read_of_task(task, "status", status, sizeof status);
  for (const char *at = status; *at != 0; at++) {
    if (memcmp(at, name, 7) != 0) continue;
    u64 process = 0;
    for (at += 7; *at >= '0' && *at <= '9'; at++) process = process * 10 + (u64)(*at - '0');
    return process;
  }
  return (u64)task;
}

void report_probe(const struct probe *probe) {
  if (to < 0) return;
  const u64 at = now_ms(), process = process_of(probe->task);
  if (!may_say(&buckets[process % BUCKETS], at / 1000, A_SECOND_AND_PROCESS) || !may_say(&whole, at / 1000, A_SECOND)) {
    suppressed++;
    return;
  }
  char comm[64];
  struct text line;
  read_of_task(probe->task, "comm", comm, sizeof comm);
  const size_t length = length_of(comm);
  if (length > 0) comm[length - 1] = 0; /* The kernel ends it with a line feed. */
  begin(&line, probe->event, at);
  put_field(&line, ",\"pid\":", process);
  put_field(&line, ",\"tid\":", (u64)probe->task);
  put(&line, ",\"comm\":\"");
  put_quoted(&line, comm);
  put_field(&line, "\",\"number\":", probe->number);
  put(&line, ",\"code\":\"");
  put_bytes_as_hex(&line, probe->code, probe->code_size);
  put(&line, "\"");
  send(&line);
}
