/*
 * What the processor itself answers to an unprivileged program: CPUID, the ports and calls by which hypervisors talk to their guests,
 * descriptor tables, cycle counts. Prints one JSON object, the `Instructions` of src/detectors/views/local-view.ts.
 *
 * Any of these instructions may fault, that is what most of them are asked for. So each stands in the table `recover` with the address
 * behind it; the signal handler continues there and notes the fault. Nothing else is ever recovered: a fault elsewhere ends the program
 * with status 3. It uses no library, takes no input, opens no file, and is dead two seconds after its start in any case.
 */

typedef unsigned int u32;
typedef unsigned long u64;

/* ---- System calls (x86-64 numbers) ---- */

enum {
  SYS_WRITE = 1,
  SYS_SIGACTION = 13,
  SYS_SIGPROCMASK = 14,
  SYS_NANOSLEEP = 35,
  SYS_ALARM = 37,
  SYS_SIGALTSTACK = 131,
  SYS_CLOCK_GETTIME = 228,
  SYS_EXIT_GROUP = 231,
};

static long call4(long number, u64 a, u64 b, u64 c, u64 d) {
  long result;
  register u64 r10 __asm__("r10") = d;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
  return result;
}

static _Noreturn void leave(int status) {
  for (;;) call4(SYS_EXIT_GROUP, (u64)status, 0, 0, 0);
}

/* ---- Recovery from faults ---- */

enum { SIGILL = 4, SIGTRAP = 5, SIGBUS = 7, SIGFPE = 8, SIGSEGV = 11, SIGALRM = 14, SIGSYS = 31 };
enum { SA_SIGINFO = 4, SA_RESTORER = 0x04000000, SA_ONSTACK = 0x08000000, SA_NODEFER = 0x40000000, SIG_SETMASK = 2 };

/* One line of the table: the instructions from `from` to before `behind` may fault. */
struct recovery {
  u64 from;
  u64 behind;
};

#define MAY_FAULT(instructions)                                                                                                            \
  "11: " instructions "\n12:\n"                                                                                                            \
  ".pushsection recover, \"a\", @progbits\n"                                                                                               \
  ".quad 11b, 12b\n"                                                                                                                       \
  ".popsection\n"

/* The linker names where a section begins and ends. */
extern const struct recovery __start_recover[], __stop_recover[];

static volatile int faulted;

/* The kernel's `struct ucontext` up to the instruction pointer (arch/x86/include/uapi/asm/sigcontext.h). */
struct context {
  u64 flags, link, stack[3];
  u64 r8_to_r15[8], di, si, bp, bx, dx, ax, cx, sp, ip;
};

static void on_fault(int signal, const void *details, struct context *context) {
  (void)details;
  if (signal == SIGSYS) return; /* A filter refused a system call; whoever made it sees an odd result. */
  for (const struct recovery *one = __start_recover; one < __stop_recover; one++) {
    if (context->ip < one->from || context->ip >= one->behind) continue;
    faulted = 1;
    context->ip = one->behind;
    return;
  }
  leave(3);
}

struct action {
  u64 handler, flags, restorer, mask;
};

extern const char return_from_signal[];
__asm__(".pushsection .text\n"
        "return_from_signal: mov $15, %eax\n"
        "syscall\n"
        ".popsection\n");

static char signal_stack[65536] __attribute__((aligned(16)));

static void set_action(int signal, u64 handler) {
  const struct action action = {handler, SA_SIGINFO | SA_RESTORER | SA_ONSTACK | SA_NODEFER, (u64)return_from_signal, 0};
  call4(SYS_SIGACTION, (u64)signal, (u64)&action, 0, sizeof action.mask);
}

static void catch_faults(void) {
  static const int signals[] = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGSYS};
  const u64 stack[3] = {(u64)signal_stack, 0, sizeof signal_stack};
  const u64 nothing_blocked = 0;
  for (u32 at = 0; at < sizeof signals / sizeof signals[0]; at++) set_action(signals[at], (u64)on_fault);
  call4(SYS_SIGALTSTACK, (u64)stack, 0, 0, 0);
  set_action(SIGALRM, 0); /* Its standard action ends us, also where the parent ignored it. */
  call4(SYS_SIGPROCMASK, SIG_SETMASK, (u64)&nothing_blocked, 0, sizeof nothing_blocked);
  call4(SYS_ALARM, 2, 0, 0, 0);
}

/* ---- JSON ---- */

static char output[65536];
static u64 used;

static void put(const char *text) {
  for (; *text != 0 && used < sizeof output; text++) output[used++] = *text;
}

static void put_number(u64 number, u32 base) {
  char digits[24];
  u32 at = sizeof digits - 1;
  digits[at] = 0;
  do {
    digits[--at] = "0123456789abcdef"[number % base];
    number /= base;
  } while (number != 0);
  put(&digits[at]);
}

static void put_field(const char *name, u64 number) {
  put(name);
  put_number(number, 10);
}

/* A comma before every item but the first: `first` is where the list began. */
static void put_comma(u64 first) {
  if (used != first) put(",");
}

static void flush(void) {
  for (u64 sent = 0; sent < used;) {
    const long result = call4(SYS_WRITE, 1, (u64)&output[sent], used - sent, 0);
    if (result <= 0) leave(4);
    sent += (u64)result;
  }
}

/* ---- Instructions ---- */

struct registers {
  u32 eax, ebx, ecx, edx;
  u64 rsi, rdi;
};

/* Runs one instruction with these registers; returns 1 where it faulted. */
#define INSTRUCTION(name, instruction)                                                                                                     \
  static int name(struct registers *r) {                                                                                                   \
    faulted = 0;                                                                                                                           \
    __asm__ volatile(MAY_FAULT(instruction)                                                                                                \
                     : "+a"(r->eax), "+b"(r->ebx), "+c"(r->ecx), "+d"(r->edx), "+S"(r->rsi), "+D"(r->rdi)                                  \
                     :                                                                                                                     \
                     : "memory", "cc");                                                                                                    \
    return faulted;                                                                                                                        \
  }

INSTRUCTION(run_cpuid, "cpuid")
INSTRUCTION(run_in, "inl %%dx, %%eax")
INSTRUCTION(run_rep_ins, "rep insb")
INSTRUCTION(run_rep_outs, "rep outsb")
INSTRUCTION(run_vmcall, ".byte 0x0f, 0x01, 0xc1")
INSTRUCTION(run_vmmcall, ".byte 0x0f, 0x01, 0xd9")
INSTRUCTION(run_virtual_pc, ".byte 0x0f, 0x3f, 0x07, 0x0b")
/* ud2a, "xen", cpuid */
INSTRUCTION(run_xen_cpuid, ".byte 0x0f, 0x0b, 0x78, 0x65, 0x6e, 0x0f, 0xa2")
INSTRUCTION(run_rdpmc, "rdpmc")

static void put_registers(const struct registers *r) {
  put_field("{\"eax\":", r->eax);
  put_field(",\"ebx\":", r->ebx);
  put_field(",\"ecx\":", r->ecx);
  put_field(",\"edx\":", r->edx);
  put("}");
}

static void put_answer(const struct registers *r, int fault) {
  if (fault)
    put("\"fault\"");
  else
    put_registers(r);
}

/* ---- CPUID ---- */

static u64 cpuid_first;

/* Asks and prints one leaf; where CPUID faults, the leaf is missing and zeros are returned. */
static struct registers put_leaf(u32 leaf, u32 subleaf) {
  struct registers r = {.eax = leaf, .ecx = subleaf};
  if (run_cpuid(&r)) return (struct registers){0};
  put_comma(cpuid_first);
  put("\"");
  put_number(leaf, 16);
  put(".");
  put_number(subleaf, 16);
  put("\":");
  put_registers(&r);
  return r;
}

/* Basic leaves that say what machine this is, up to the highest that there is. */
static void put_basic_leaves(void) {
  static const struct {
    u32 leaf, subleaves;
  } leaves[] = {{1, 1}, {2, 1}, {4, 8}, {6, 1}, {7, 3}, {0xa, 1}, {0xb, 3}, {0xd, 2}, {0x15, 1}, {0x16, 1}};
  const u32 highest = put_leaf(0, 0).eax;
  for (u32 at = 0; at < sizeof leaves / sizeof leaves[0] && leaves[at].leaf <= highest; at++)
    for (u32 subleaf = 0; subleaf < leaves[at].subleaves; subleaf++)
      if (put_leaf(leaves[at].leaf, subleaf).eax == 0 && leaves[at].leaf == 4) break; /* No more caches. */
}

/*
 * Leaves of hypervisors, whatever the hypervisor bit says: some detectors don't look at it. Xen below another hypervisor's leaves, and
 * others, begin at a later multiple of 0x100, at most 0x40010000: such a range is printed where its first leaf names a last one in it.
 */
static void put_hypervisor_leaves(void) {
  for (u32 leaf = 0x40000000; leaf <= 0x40000010; leaf++) put_leaf(leaf, 0);
  for (u32 leaf = 0x40000100; leaf <= 0x40000105; leaf++) put_leaf(leaf, 0);
  for (u32 base = 0x40000200; base <= 0x40010000; base += 0x100) {
    struct registers r = {.eax = base};
    if (run_cpuid(&r)) return;
    if (r.eax < base || r.eax > base + 0xff) continue;
    for (u32 leaf = base; leaf <= r.eax && leaf < base + 6; leaf++) put_leaf(leaf, 0);
  }
}

static void put_extended_leaves(void) {
  static const u32 leaves[] = {0x8000000a, 0x8000001f, 0x80000021};
  const u32 highest = put_leaf(0x80000000, 0).eax;
  if (highest < 0x80000000) return;
  for (u32 leaf = 0x80000001; leaf <= 0x80000008 && leaf <= highest; leaf++) put_leaf(leaf, 0);
  for (u32 at = 0; at < sizeof leaves / sizeof leaves[0]; at++)
    if (leaves[at] <= highest) put_leaf(leaves[at], 0);
}

static void put_cpuid(void) {
  put("{\"cpuid\":{");
  cpuid_first = used;
  put_basic_leaves();
  put_hypervisor_leaves();
  put_extended_leaves();
  put("}");
}

/* ---- VMware's port ---- */

enum {
  VMWARE_MAGIC = 0x564d5868, /* "VMXh" */
  VMWARE_PORT = 0x5658,
  VMWARE_HIGH_BANDWIDTH_PORT = 0x5659,
  GET_VERSION = 10,
  MESSAGE = 30,
  MESSAGE_CLOSE = 6,
  RPCI_WITH_COOKIE = 0xc9435052, /* "RPCI", and the flag for cookies */
};

static struct registers vmware_question(u32 command) {
  return (struct registers){.eax = VMWARE_MAGIC, .ebx = ~(u32)VMWARE_MAGIC, .ecx = command, .edx = VMWARE_PORT};
}

/* Opens a channel of the guest RPC and, where that went well, closes it again. */
static void put_message_open(void) {
  struct registers r = vmware_question(MESSAGE);
  r.ebx = RPCI_WITH_COOKIE;
  const int fault = run_in(&r);
  put(",\"30\":");
  put_answer(&r, fault);
  if (fault || (r.ecx & 0x10000) == 0) return;
  struct registers close = vmware_question(MESSAGE_CLOSE << 16 | MESSAGE);
  close.ebx = 0;
  close.edx = (r.edx & 0xffff0000) | VMWARE_PORT;
  close.rsi = r.rsi & 0xffffffff;
  close.rdi = r.rdi & 0xffffffff;
  run_in(&close);
}

static void put_vmware_port(void) {
  static const u32 commands[] = {GET_VERSION, 17, 20, 1, 45, 68, 23, 46};
  put(",\"vmwarePort\":{");
  const u64 first = used;
  for (u32 at = 0; at < sizeof commands / sizeof commands[0]; at++) {
    struct registers r = vmware_question(commands[at]);
    const int fault = run_in(&r);
    put_comma(first);
    put_field("\"", commands[at]);
    put("\":");
    put_answer(&r, fault);
  }
  put_message_open();
  put("}");
}

/* Answered only where both directions are. */
static void put_high_bandwidth(void) {
  static char nothing[16];
  struct registers in = {.eax = VMWARE_MAGIC, .edx = VMWARE_HIGH_BANDWIDTH_PORT, .rdi = (u64)nothing};
  struct registers out = {.eax = VMWARE_MAGIC, .edx = VMWARE_HIGH_BANDWIDTH_PORT, .rsi = (u64)nothing};
  const int out_faulted = run_rep_outs(&out);
  const int in_faulted = run_rep_ins(&in);
  put(",\"vmwareHighBandwidth\":");
  put_answer(&in, in_faulted | out_faulted);
}

/* ---- Calls, invalid instructions, counters ---- */

static void put_calls(void) {
  struct registers intel = vmware_question(GET_VERSION), amd = vmware_question(GET_VERSION);
  struct registers xen = {.eax = 0x40000000}, virtual_pc = {.eax = 1};
  intel.edx = amd.edx = 0; /* Low bandwidth, to the guest. */
  const int intel_faulted = run_vmcall(&intel);
  put(",\"vmcall\":");
  put_answer(&intel, intel_faulted);
  const int amd_faulted = run_vmmcall(&amd);
  put(",\"vmmcall\":");
  put_answer(&amd, amd_faulted);
  put(",\"virtualPc\":");
  put(run_virtual_pc(&virtual_pc) ? "\"fault\"" : "\"answered\"");
  const int xen_faulted = run_xen_cpuid(&xen);
  put(",\"xenCpuid\":");
  put_answer(&xen, xen_faulted);
}

static void put_counters(void) {
  put(",\"rdpmc\":{");
  const u64 first = used;
  for (u32 counter = 0x10000; counter <= 0x10002; counter++) {
    struct registers r = {.ecx = counter};
    const int fault = run_rdpmc(&r);
    put_comma(first);
    put("\"");
    put_number(counter, 16);
    put("\":");
    put_answer(&r, fault);
  }
  put("}");
}

/* ---- Descriptor tables ---- */

struct __attribute__((packed)) table {
  unsigned short limit;
  u64 base;
};

#define STORE(type, name, instruction)                                                                                                     \
  static int name(type *to) {                                                                                                              \
    faulted = 0;                                                                                                                           \
    __asm__ volatile(MAY_FAULT(instruction " (%0)") : : "r"(to) : "memory");                                                               \
    return faulted;                                                                                                                        \
  }

STORE(struct table, store_idt, "sidt")
STORE(struct table, store_gdt, "sgdt")
STORE(unsigned short, store_ldt, "sldt")
STORE(unsigned short, store_tr, "str")
STORE(unsigned short, store_msw, "smsw")

static void put_table(const char *name, const struct table *table, u64 first) {
  put_comma(first);
  put(name);
  put("{\"base\":\"");
  put_number(table->base, 16);
  put_field("\",\"limit\":", table->limit);
  put("}");
}

static void put_selector(const char *name, unsigned short value, u64 first) {
  put_comma(first);
  put_field(name, value);
}

static void put_tables(void) {
  struct table table = {0};
  unsigned short selector = 0;
  put(",\"tables\":{");
  const u64 first = used;
  if (!store_idt(&table)) put_table("\"idt\":", &table, first);
  if (!store_gdt(&table)) put_table("\"gdt\":", &table, first);
  if (!store_ldt(&selector)) put_selector("\"ldt\":", selector, first);
  if (!store_tr(&selector)) put_selector("\"tr\":", selector, first);
  if (!store_msw(&selector)) put_selector("\"msw\":", selector, first);
  put("}");
}

/* ---- Time ---- */

#define READ_TSC "lfence\nrdtsc\nshl $32, %%rdx\nor %%rdx, %%rax\n"

/* Cycles that an instruction takes, with the cost of the two readings; CPUID of leaf 0 where it is that. */
#define CYCLES(name, instruction)                                                                                                          \
  static u64 name(void) {                                                                                                                  \
    u64 cycles;                                                                                                                            \
    faulted = 0;                                                                                                                           \
    __asm__ volatile(                                                                                                                      \
        MAY_FAULT(READ_TSC "mov %%rax, %%r8\nxor %%eax, %%eax\nxor %%ecx, %%ecx\n" instruction "\n" READ_TSC "sub %%r8, %%rax")            \
        : "=a"(cycles)                                                                                                                     \
        :                                                                                                                                  \
        : "rbx", "rcx", "rdx", "r8", "cc");                                                                                                \
    return cycles;                                                                                                                         \
  }

CYCLES(cycles_of_cpuid, "cpuid")
CYCLES(cycles_of_plain, "lfence")

/* A sample in which the thread moved to a processor whose counter is behind is none. */
static void put_cycles(const char *name, u64 (*sample)(void)) {
  put(name);
  const u64 first = used;
  for (u32 warm = 0; warm < 10; warm++) sample();
  for (u32 at = 0; at < 101; at++) {
    const u64 cycles = sample();
    if (faulted || cycles >> 40 != 0) continue;
    put_comma(first);
    put_number(cycles, 10);
  }
  put("]");
}

struct moment {
  u64 tsc, ns;
};

static u64 read_tsc(void) {
  u64 tsc;
  __asm__ volatile(MAY_FAULT(READ_TSC) : "=a"(tsc) : : "rdx", "cc");
  return tsc;
}

/* Both clocks as nearly at once as 16 attempts allow; ns is 0 where one of them cannot be read. */
static struct moment look_at_clocks(void) {
  struct moment best = {0, 0};
  u64 shortest = ~0UL;
  faulted = 0;
  for (u32 attempt = 0; attempt < 16; attempt++) {
    u64 now[2] = {0, 0};
    const u64 before = read_tsc();
    const long refused = call4(SYS_CLOCK_GETTIME, 1 /* monotonic */, (u64)now, 0, 0);
    const u64 after = read_tsc();
    if (refused || faulted) return (struct moment){0, 0};
    if (after - before >= shortest) continue;
    shortest = after - before;
    best = (struct moment){before + shortest / 2, now[0] * 1000000000 + now[1]};
  }
  return best;
}

static void put_rate(void) {
  const u64 pause[2] = {0, 20000000};
  const struct moment from = look_at_clocks();
  call4(SYS_NANOSLEEP, (u64)pause, 0, 0, 0);
  const struct moment to = look_at_clocks();
  const u64 ns = to.ns - from.ns, cycles = to.tsc - from.tsc;
  /* Below: the pause was refused. Above, or a counter that ran backwards: the product would not fit. */
  if (from.ns == 0 || to.ns == 0 || ns < 1000000 || ns > 2000000000 || cycles > 18000000000) return;
  put_field(",\"tscHz\":", cycles * 1000000000 / ns);
}

/* ---- */

__attribute__((used)) static _Noreturn void probe(void) {
  catch_faults();
  put_cpuid();
  put_vmware_port();
  put_high_bandwidth();
  put_calls();
  put_counters();
  put_tables();
  put_cycles(",\"cpuidCycles\":[", cycles_of_cpuid);
  put_cycles(",\"plainCycles\":[", cycles_of_plain);
  put_rate();
  put("}\n");
  flush();
  leave(0);
}

__asm__(".pushsection .text\n"
        ".globl _start\n"
        "_start: xor %ebp, %ebp\n"
        "and $-16, %rsp\n"
        "call probe\n"
        ".popsection\n");
