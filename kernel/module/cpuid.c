// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUID as VMware would have it, for programs in scope, by CPUID faulting (Intel, Ivy Bridge and later). Off unless asked for (cpuid=1):
 * the switch was never run, because no emulated processor has it. The answers were, through an instruction that faults in its place
 * (decode.c).
 *
 *   bprm_execve ... load_elf_binary, setup_new_exec
 *     arch_setup_new_exec        <- kretprobe; global (arch/x86/kernel/process.c, since 4.12). Ends faulting that the old program had: so
 * it is switched on behind it, for each new program in scope fork, clone                  TIF_NOCPUID is inherited
 *   __switch_to, __switch_to_xtra
 *     set_cpuid_faulting         writes the MSR when the two tasks differ in TIF_NOCPUID. It masks the bit in its own copy of the register,
 * which therefore needs no knowledge of ours
 *
 * Only code outside the kernel faults, so CPUID in here is the processor's own. Faulting that a program asked for itself (arch_prctl
 * ARCH_SET_CPUID) can't be told from ours: while this part is on, such a program gets an answer instead of its signal.
 */
#include "utsusemi.h"

#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/tsc.h>
#include <linux/sched/signal.h>
#include <linux/stop_machine.h>

static bool wanted;
module_param_named(cpuid, wanted, bool, 0);
MODULE_PARM_DESC(cpuid, "show VMware's CPUID to programs in scope (needs CPUID faulting; not run in our tests)");

enum { HYPERVISOR_BIT = 31, FIRST_LEAF = 0x40000000, TIMING_LEAF = 0x40000010, LAST_LEAF = 0x400000ff, BUS_KHZ = 66000 };

static bool switching, answering;

/* ---- The switch ---- */

static void begin_faulting(void) {
  u32 low, high;

  if (!rdmsr_safe(MSR_MISC_FEATURES_ENABLES, &low, &high)) wrmsr_safe(MSR_MISC_FEATURES_ENABLES, low | 1, high);
}

static int on_new_program(struct kretprobe_instance *instance, struct pt_regs *regs) {
  if (!switching || !current_is_in_scope()) return 0;
  if (!test_and_set_thread_flag(TIF_NOCPUID)) begin_faulting();
  return 0;
}

static struct hook exec_hook = {.probe = {.kp.symbol_name = "arch_setup_new_exec", .handler = on_new_program}};

/*
 * Runs on one CPU while the others stand still. What runs on each of them is then the kernel's own thread for that (migration/N), and the
 * switch to it has ended faulting in that CPU's register: a task whose flag is taken away here comes back without it.
 */
static int clear(void *everywhere) {
  struct task_struct *process, *task;
  const struct settings *settings;

  rcu_read_lock();
  settings = settings_now();
  for_each_process_thread (process, task)
    if (everywhere || !is_in_scope(settings, task)) clear_tsk_thread_flag(task, TIF_NOCPUID);
  rcu_read_unlock();
  return 0;
}

bool cpuid_clear(bool everywhere) {
  if (!switching) return false;
  if (everywhere) switching = false;
  stop_machine(clear, everywhere ? &switching : NULL, NULL);
  return true;
}

bool cpuid_is_active(void) {
  return answering;
}

void cpuid_start(struct part *part) {
#ifdef UTSUSEMI_TEST_OPCODE
  answering = true;
  strscpy(part->cause, "test opcode only", sizeof(part->cause));
#endif
  if (!wanted) return;
  part->state = PART_ABSENT;
  if (boot_cpu_data.x86_vendor != X86_VENDOR_INTEL || !boot_cpu_has(X86_FEATURE_CPUID_FAULT)) {
    strscpy(part->cause, "this processor has no CPUID faulting of Intel's kind", sizeof(part->cause));
    return;
  }
  answering = true;
  switching = true;
  if (hook_start(&exec_hook, part)) {
    part->state = PART_ACTIVE;
    return;
  }
  answering = false;
  switching = false;
}

/* ---- The answer ---- */

static void forge_leaf(u32 leaf, u32 *a, u32 *b, u32 *c, u32 *d) {
  if (leaf == 1) *c |= BIT(HYPERVISOR_BIT);
  if (leaf < FIRST_LEAF || leaf > LAST_LEAF) return;
  *a = *b = *c = *d = 0;
  if (leaf == FIRST_LEAF) {
    *a = TIMING_LEAF;
    *b = 0x61774d56; /* "VMwa" */
    *c = 0x4d566572; /* "reVM" */
    *d = 0x65726177; /* "ware" */
  }
  /* ECX of the timing leaf stays 0: its bits would send guest tools to VMCALL, which is an invalid instruction on metal. */
  if (leaf == TIMING_LEAF) {
    *a = tsc_khz;
    *b = BUS_KHZ;
  }
}

/* CPUID's registers in `user`; its instruction pointer is the caller's. */
void cpuid_answer(struct pt_regs *user, bool forge) {
  u32 leaf = user->ax;
  u32 a, b, c, d;

  cpuid_count(leaf, (u32)user->cx, &a, &b, &c, &d);
  if (forge) forge_leaf(leaf, &a, &b, &c, &d);
  user->ax = a;
  user->bx = b;
  user->cx = c;
  user->dx = d;
}
