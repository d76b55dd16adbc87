// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VMware port. A program on metal that executes IN EAX,DX on port 0x5658 gets SIGSEGV; in a VMware guest it gets an answer. Tasks in
 * scope get that answer. Everybody else's fault stays the fault that it was, and each question is an event, answered or not.
 *
 * The kernel's way from the fault to us (x86-64):
 *
 *   asm_exc_general_protection
 *     exc_general_protection            noinstr: cannot be probed
 *       fixup_iopl_exception            5.15 and later; static, inlined
 *       fixup_vdso_exception            <- kretprobe; 5.11 and later (arch/x86/entry/vdso/extable.c): global, called from here for #GP and
 * from the handlers of #DB, #BP, #PF and others with their own trap numbers. Returning true ends the handling gp_user_force_sig_segv
 * static, inlined on most builds force_sig(SIGSEGV)
 *
 * Before 2025 fixup_umip_exception stood in front of it, later behind it: neither touches IN. 5.10 and before have no such place.
 *
 * The entry handler only decides; registers are changed when the function has returned, because it reads them itself.
 *
 * Registers of the port: open-vm-tools, lib/include/backdoor_def.h and backdoor_types.h; Linux, arch/x86/include/asm/vmware.h.
 */
#include "utsusemi.h"
#include "decode.h"

#include <asm/desc.h>
#include <asm/io.h>
#include <asm/trapnr.h>
#include <asm/tsc.h>
#include <linux/mm.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

enum {
  GETMHZ = 1,
  GETVERSION = 10,
  GETMEMSIZE = 20,
  GETHWVERSION = 17,
  GETTIME = 23,
  MESSAGE = 30,
  GETHZ = 45,
  GETTIMEFULL = 46,
  GETVCPUINFO = 68
};
enum { BACKDOOR_VERSION = 6, BUS_HZ = 66000000, MAX_TIME_LAG_US = 1000000, MEMORY_GRAIN_MIB = 4 };

enum plan { ANSWER_AS_VMWARE, USE_THE_PORT, ANSWER_CPUID, CPUID_AS_IT_IS };

struct fault {
  struct pt_regs *user;
  struct instruction instruction;
  u8 plan;
  bool is_64_bit;
};

/* What QEMU and VMware call the memory size: what was plugged in, so more than the kernel manages. VMware knows multiples of 4 MiB only. */
static u32 memory_mib;

/* ---- Answers ---- */

static void answer_time(struct pt_regs *user, bool is_full) {
  struct timespec64 now;

  ktime_get_real_ts64(&now);
  user->bx = (u32)(now.tv_nsec / NSEC_PER_USEC);
  user->cx = MAX_TIME_LAG_US;
  if (is_full) {
    user->dx = lower_32_bits(now.tv_sec);
    user->si = upper_32_bits(now.tv_sec);
  } else {
    user->ax = (u32)now.tv_sec;
    user->dx = 0; /* minutes from UTC */
  }
}

/* All registers but EAX, and what EAX is to be. A 32-bit register that is written has its upper half cleared, as everywhere in 64-bit code.
 */
static u32 answer_command(struct pt_regs *user, const struct settings *settings) {
  u64 hertz = settings->megahertz ? settings->megahertz * 1000000ull : tsc_khz * 1000ull;

  switch ((u16)user->cx) {
  case GETVERSION:
    user->bx = VMWARE_MAGIC;
    user->cx = settings->product;
    return BACKDOOR_VERSION;
  case GETHWVERSION:
    user->bx = VMWARE_MAGIC;
    return settings->hardware_version;
  case GETMEMSIZE:
    return settings->memory_mib ? settings->memory_mib : memory_mib;
  case GETMHZ:
    return div_u64(hertz, 1000000);
  case GETHZ:
    user->bx = upper_32_bits(hertz);
    user->cx = BUS_HZ;
    return lower_32_bits(hertz);
  case GETTIME:
    answer_time(user, false);
    return user->ax;
  case GETTIMEFULL: /* says that it worked by leaving the magic in EAX */
    answer_time(user, true);
    return VMWARE_MAGIC;
  case GETVCPUINFO:
    return 0;
  case MESSAGE: /* the high half of ECX is the status: 0, not one of its bits of success, so no channel is ever opened */
    user->cx = (u16)user->cx;
    return VMWARE_MAGIC;
  default:
    return U32_MAX;
  }
}

static void put_ax(struct pt_regs *user, u32 value, unsigned int width) {
  switch (width) {
  case 1:
    user->ax = (user->ax & ~0xfful) | (u8)value;
    break;
  case 2:
    user->ax = (user->ax & ~0xfffful) | (u16)value;
    break;
  default:
    user->ax = value;
  }
}

static void answer_as_vmware(struct pt_regs *user, unsigned int width) {
  const struct settings *settings;

  rcu_read_lock();
  settings = settings_now();
  put_ax(user, settings ? answer_command(user, settings) : U32_MAX, width);
  rcu_read_unlock();
}

/* For a task that may use the port, but for whom we closed it (open-ports.c): the same instruction, from here. */
static void use_the_port(struct pt_regs *user, const struct instruction *instruction) {
  u16 port = user->dx;
  bool is_in = instruction->kind == PORT_IN;

  switch (instruction->width) {
  case 1:
    if (is_in) return put_ax(user, inb(port), 1);
    return outb(user->ax, port);
  case 2:
    if (is_in) return put_ax(user, inw(port), 2);
    return outw(user->ax, port);
  default:
    if (is_in) return put_ax(user, inl(port), 4);
    return outl(user->ax, port);
  }
}

/* ---- The fault ---- */

/* A page that is not there is not waited for: then the fault stays a fault. Returns how many bytes could be read. */
static unsigned int read_code(const struct pt_regs *user, u8 *code) {
  const void __user *from = (const void __user *)user->ip;
  unsigned long left = INSTRUCTION_BYTES;

  pagefault_disable();
  if (access_ok(from, INSTRUCTION_BYTES)) left = __copy_from_user_inatomic(code, from, INSTRUCTION_BYTES);
  pagefault_enable();
  return INSTRUCTION_BYTES - left;
}

/* Which #GP is looked at: an access of up to 4 bytes that touches one of the two ports, and CPUID where that can fault. */
static bool is_worth_a_look(const struct pt_regs *user) {
  u16 port = user->dx;

  return (port >= VMWARE_PORT - 3 && port <= VMWARE_MESSAGE_PORT) || cpuid_is_active();
}

static bool is_question(const struct fault *fault) {
  const struct pt_regs *user = fault->user;

  return fault->instruction.kind == PORT_IN && fault->instruction.width > 1 && (u16)user->dx == VMWARE_PORT &&
         (u32)user->ax == VMWARE_MAGIC;
}

static bool is_answered(void) {
  const struct settings *settings;
  bool is;

  rcu_read_lock();
  settings = settings_now();
  is = is_in_scope(settings, current) && settings->answers;
  rcu_read_unlock();
  return is;
}

static bool plan_port(struct fault *fault) {
  const struct pt_regs *user = fault->user;

  if (is_question(fault)) {
    bool answered = is_answered();

    event_record(EVENT_PORT, (u16)user->cx, answered);
    fault->plan = ANSWER_AS_VMWARE;
    if (answered) return true;
  }
  if (fault->instruction.kind == PORT_STRING) {
    if ((u16)user->dx == VMWARE_MESSAGE_PORT) event_record(EVENT_MESSAGE, (u32)user->bx, false);
    return false;
  }
  fault->plan = USE_THE_PORT;
  return task_may_use_ports(user->dx, fault->instruction.width);
}

/* Who left the scope, and still faults for a moment, gets what the processor says. */
static bool plan_cpuid(struct fault *fault) {
  bool in_scope = current_is_in_scope();

  if (!cpuid_is_active()) return false;
  if (((u32)fault->user->ax & 0xffffff00) == 0x40000000) event_record(EVENT_CPUID, (u32)fault->user->ax, in_scope);
  fault->plan = in_scope ? ANSWER_CPUID : CPUID_AS_IT_IS;
  return true;
}

static bool plan(struct fault *fault) {
  u8 code[INSTRUCTION_BYTES];

  fault->instruction = decode(code, read_code(fault->user, code), fault->is_64_bit);
  switch (fault->instruction.kind) {
  case NOT_OURS:
    return false;
  case CPUID:
    return plan_cpuid(fault);
  default:
    return plan_port(fault);
  }
}

/* fixup_vdso_exception(struct pt_regs *regs, int trapnr, ...). Not 0: the return handler is not called. */
static int on_fault(struct kretprobe_instance *instance, struct pt_regs *regs) {
  struct fault *fault = (struct fault *)instance->data;

  fault->user = (struct pt_regs *)regs_get_kernel_argument(regs, 0);
  if (regs_get_kernel_argument(regs, 1) != X86_TRAP_GP || !user_mode(fault->user)) return 1;
  fault->is_64_bit = user_64bit_mode(fault->user);
  /* Segments with a base or 16-bit code are for museums. */
  if (!fault->is_64_bit && fault->user->cs != __USER32_CS) return 1;
  return is_worth_a_look(fault->user) && plan(fault) ? 0 : 1;
}

static int on_return(struct kretprobe_instance *instance, struct pt_regs *regs) {
  struct fault *fault = (struct fault *)instance->data;
  struct pt_regs *user = fault->user;

  switch (fault->plan) {
  case ANSWER_AS_VMWARE:
    answer_as_vmware(user, fault->instruction.width);
    break;
  case USE_THE_PORT:
    use_the_port(user, &fault->instruction);
    break;
  default:
    cpuid_answer(user, fault->plan == ANSWER_CPUID);
  }
  user->ip += fault->instruction.length;
  if (!fault->is_64_bit) user->ip = (u32)user->ip;
  regs_set_return_value(regs, true);
  return 0;
}

static struct hook fault_hook = {
    .probe =
        {
            .kp.symbol_name = "fixup_vdso_exception",
            .entry_handler = on_fault,
            .handler = on_return,
            .data_size = sizeof(struct fault),
        },
};

void port_start(struct part *part) {
  u64 bytes = (u64)get_num_physpages() << PAGE_SHIFT;

  memory_mib = roundup(DIV_ROUND_UP_ULL(bytes, 1 << 20), MEMORY_GRAIN_MIB);
  if (hook_start(&fault_hook, part)) part->state = PART_ACTIVE;
}
