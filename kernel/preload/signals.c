/*
 * The kernel has our handler of SIGSEGV, and never sees it blocked: a CPUID would then kill. What the program believes is kept beside:
 *
 *   its action      in a table here; flags and mask that matter to the kernel are set at our handler as well
 *   its mask        SIGSTKFLT, which no kernel sends, stands for SIGSEGV in every mask that reaches the kernel. So threads, fork, exec,
 *                   handlers that return, siglongjmp and setcontext carry the program's bit with them without our doing
 *   a blocked one   that somebody sends waits as SIGSTKFLT, marked, and comes when the program unblocks SIGSEGV
 *
 * A fault that the program has blocked, ignores or leaves to the default is given back to the kernel, which ends the program as it would
 * have. Not followed: masks given to sigsuspend, pselect, ppoll, epoll_pwait and signalfd; that SIGSEGV is ignored, across an exec;
 * programs that make rt_sigaction(2) themselves, without the C library.
 */
#include "preload.h"

enum { SIG_BLOCK = 0, SIG_UNBLOCK = 1, SIG_SETMASK = 2, MASK_SIZE = 8, SI_TKILL = -6, MARK = 0x16110b };
enum { PROT_READ_WRITE = 3, MAP_PRIVATE_ANONYMOUS = 0x22, MADV_WIPEONFORK = 18, SLOTS = 64 };

/* struct sigaction of the C library. */
struct action {
  handler handler;
  u64 mask, rest_of_mask[15];
  u32 flags;
  void (*restorer)(void);
};

extern int *__errno_location(void) __attribute__((weak));
extern void *dlsym(void *after, const char *name) __attribute__((weak));
#define AFTER_US ((void *)-1) /* RTLD_NEXT */

/* ---- The program's action ---- */

/* A new one is written beside the old one, since a handler may be reading that. */
static struct kernel_action slots[SLOTS];
static u32 used_slots;
static const struct kernel_action *current = &slots[0];

/* Who these variables belong to. A child of vfork(2) sees the same memory and another id; after fork(2) the page is empty. */
static int *owner;

static int is_borrowed(void) {
  const int self = (int)CALL(getpid);
  if (owner == NULL) return 0;
  if (*owner == 0) *owner = self;
  return *owner != self;
}

static void mark_ours(void) {
  const long page = CALL(mmap, 0, 4096, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
  if (page < 0 && page > -4096) return;
  if (CALL(madvise, page, 4096, MADV_WIPEONFORK) != 0) {
    CALL(munmap, page, 4096);
    return;
  }
  owner = (int *)page;
  *owner = (int)CALL(getpid);
}

static u64 for_kernel(u64 mask) {
  const u64 others = mask & ~(BIT_OF(SIGSEGV) | BIT_OF(SIGSTKFLT));
  return (mask & BIT_OF(SIGSEGV)) != 0 ? others | BIT_OF(SIGSTKFLT) : others;
}

static u64 for_program(u64 mask) {
  return (mask & BIT_OF(SIGSTKFLT)) != 0 ? mask | BIT_OF(SIGSEGV) : mask;
}

static int has_handler(const struct kernel_action *action) {
  return action->handler != DEFAULT && action->handler != IGNORED;
}

/* Our handler, called as the program's would be. A second CPUID may come while it runs, so SIGSEGV itself stays open. */
static long install(const struct kernel_action *wanted) {
  struct kernel_action ours = {on_signal, SA_SIGINFO | SA_NODEFER | SA_RESTORER, return_from_signal, 0};
  if (has_handler(wanted)) {
    ours.flags |= wanted->flags & (SA_ONSTACK | SA_RESTART);
    ours.mask = for_kernel(wanted->mask);
    if ((wanted->flags & SA_NODEFER) == 0) ours.mask |= BIT_OF(SIGSTKFLT);
  } else {
    ours.flags |= SA_ONSTACK | SA_RESTART;
  }
  return CALL(rt_sigaction, SIGSEGV, &ours, NULL, MASK_SIZE);
}

static void set_action(const struct kernel_action *wanted) {
  struct kernel_action *slot = &slots[__atomic_add_fetch(&used_slots, 1, __ATOMIC_RELAXED) % SLOTS];
  *slot = *wanted;
  __atomic_store_n(&current, slot, __ATOMIC_RELEASE);
  install(wanted);
}

static struct kernel_action get_action(void) {
  return *__atomic_load_n(&current, __ATOMIC_ACQUIRE);
}

void prepare_signals(void) {
  u64 mask = 0;
  mark_ours();
  CALL(rt_sigaction, SIGSEGV, NULL, &slots[0], MASK_SIZE);
  install(&slots[0]);
  CALL(rt_sigprocmask, SIG_BLOCK, NULL, &mask, MASK_SIZE);
  if ((mask & BIT_OF(SIGSEGV)) == 0) return;
  mask = for_kernel(mask);
  CALL(rt_sigprocmask, SIG_SETMASK, &mask, NULL, MASK_SIZE);
}

/* ---- What the kernel delivered ---- */

static void give_back(int signal) {
  const struct kernel_action action = {DEFAULT, SA_RESTORER, return_from_signal, 0};
  CALL(rt_sigaction, signal, &action, NULL, MASK_SIZE);
}

/* To this thread, or to whichever has it open: as it was sent. */
static void send_again(int signal, const struct signal_details *details) {
  const long process = CALL(getpid), thread = CALL(gettid);
  struct signal_details again = *details;
  again.signal = signal;
  if (details->code == SI_TKILL || details->code > 0 || CALL(rt_sigqueueinfo, process, signal, &again) != 0)
    CALL(rt_tgsigqueueinfo, process, thread, signal, &again);
}

/* An instruction that faults does so again, now with the kernel's own end; whatever else it was is sent again. */
static void let_kernel_end(int signal, const struct signal_details *details) {
  enum { SEGV_MAPERR = 1, SEGV_PKUERR = 4, SI_KERNEL = 0x80 };
  const int comes_again =
      signal == SIGSEGV && ((details->code >= SEGV_MAPERR && details->code <= SEGV_PKUERR) || details->code == SI_KERNEL);
  give_back(signal);
  if (!comes_again) send_again(signal, details);
}

static void make_wait(const struct signal_details *details) {
  struct signal_details marked = *details;
  const struct kernel_action ours = {on_signal, SA_SIGINFO | SA_NODEFER | SA_ONSTACK | SA_RESTART | SA_RESTORER, return_from_signal, 0};
  CALL(rt_sigaction, SIGSTKFLT, &ours, NULL, MASK_SIZE);
  marked.error = MARK;
  send_again(SIGSTKFLT, &marked);
}

handler handler_for(int signal, struct signal_details *details, const struct context *context) {
  struct kernel_action action = get_action();
  const int is_fault = signal == SIGSEGV && details->code > 0;
  const int is_blocked = signal == SIGSEGV && (context->mask & BIT_OF(SIGSTKFLT)) != 0;
  if (signal == SIGSTKFLT && details->error != MARK) {
    let_kernel_end(signal, details);
    return NULL;
  }
  if (signal == SIGSTKFLT) details->signal = SIGSEGV, details->error = 0;
  if (is_blocked && !is_fault) {
    make_wait(details);
    return NULL;
  }
  if (action.handler == IGNORED && !is_fault) return NULL;
  if (!has_handler(&action) || is_blocked) {
    let_kernel_end(SIGSEGV, details);
    return NULL;
  }
  if ((action.flags & SA_RESETHAND) != 0 && !is_borrowed())
    set_action(&(struct kernel_action){DEFAULT, action.flags, action.restorer, action.mask});
  return action.handler;
}

/* ---- sigaction(2), signal(2) and their old relatives ---- */

/* The C library's own function; NULL where dlsym(3) is not to be had, as in old versions of it. */
static void *next(void **known, const char *name) {
  if (*known == NULL && dlsym != NULL) *known = dlsym(AFTER_US, name);
  return *known;
}

static int set_raw_action(int signal, const struct action *wanted, struct action *old) {
  struct kernel_action mine = {0}, before = {0};
  if (wanted != NULL) mine = (struct kernel_action){wanted->handler, wanted->flags | SA_RESTORER, return_from_signal, wanted->mask};
  const int result = (int)result_of(CALL(rt_sigaction, signal, wanted == NULL ? NULL : &mine, &before, MASK_SIZE));
  if (result == 0 && old != NULL)
    *old = (struct action){.handler = before.handler, .mask = before.mask, .flags = (u32)before.flags, .restorer = before.restorer};
  return result;
}

static int set_other_action(int signal, const struct action *wanted, struct action *old) {
  static void *known;
  int (*const set)(int, const struct action *, struct action *) =
      (int (*)(int, const struct action *, struct action *))next(&known, "sigaction");
  struct action mine;
  if (wanted != NULL && preload.is_active) {
    mine = *wanted;
    mine.mask = for_kernel(mine.mask);
    wanted = &mine;
  }
  const int result = set != NULL ? set(signal, wanted, old) : set_raw_action(signal, wanted, old);
  if (result == 0 && old != NULL && preload.is_active) old->mask = for_program(old->mask);
  return result;
}

/* A child of vfork(2) that tidies up before its exec must not change its parent's; the exec sets handlers back anyway. */
static int set_segv_action(const struct action *wanted, struct action *old) {
  const struct kernel_action before = get_action();
  if (wanted != NULL && !is_borrowed()) {
    const u64 always_open = BIT_OF(SIGKILL) | BIT_OF(SIGSTOP);
    set_action(&(struct kernel_action){wanted->handler, wanted->flags | SA_RESTORER, return_from_signal, wanted->mask & ~always_open});
  }
  if (old != NULL)
    *old = (struct action){.handler = before.handler, .mask = before.mask, .flags = (u32)before.flags, .restorer = before.restorer};
  return 0;
}

EXPORTED int sigaction(int signal, const struct action *wanted, struct action *old) {
  if (preload.is_active && signal == SIGSEGV) {
    struct action before;
    const int result = set_segv_action(wanted, &before);
    if (old != NULL) *old = before;
    return result;
  }
  return set_other_action(signal, wanted, old);
}

EXPORTED int __sigaction(int signal, const struct action *wanted, struct action *old) {
  return sigaction(signal, wanted, old);
}

static handler set_handler(int signal, const struct action *wanted) {
  struct action old;
  return sigaction(signal, wanted, &old) == 0 ? old.handler : (handler)-1;
}

static handler set_by(const char *name, void **known, int signal, const struct action *wanted) {
  handler (*const set)(int, handler) = (handler(*)(int, handler))next(known, name);
  if ((preload.is_active && signal == SIGSEGV && wanted->handler != (handler)-1) || set == NULL) return set_handler(signal, wanted);
  return set(signal, wanted->handler);
}

EXPORTED handler signal(int number, handler wanted) {
  static void *known;
  const u64 mask = number > 0 && number <= 64 ? BIT_OF(number) : 0;
  return set_by("signal", &known, number, &(struct action){.handler = wanted, .mask = mask, .flags = SA_RESTART});
}

EXPORTED handler bsd_signal(int number, handler wanted) {
  return signal(number, wanted);
}

EXPORTED handler ssignal(int number, handler wanted) {
  return signal(number, wanted);
}

EXPORTED handler __sysv_signal(int number, handler wanted) {
  static void *known;
  return set_by("__sysv_signal", &known, number, &(struct action){.handler = wanted, .flags = SA_RESETHAND | SA_NODEFER});
}

EXPORTED handler sysv_signal(int number, handler wanted) {
  return __sysv_signal(number, wanted);
}

/* ---- Masks ---- */

static long change_mask(int how, const u64 *set, u64 *old) {
  const u64 never = BIT_OF(SIGCANCEL) | BIT_OF(SIGSETXID);
  u64 wanted = 0, before = 0;
  if (set != NULL) wanted = (preload.is_active ? for_kernel(*set) : *set) & ~never;
  const long result = CALL(rt_sigprocmask, how, set == NULL ? NULL : &wanted, &before, MASK_SIZE);
  if (result == 0 && old != NULL) *old = preload.is_active ? for_program(before) : before;
  return result;
}

EXPORTED int sigprocmask(int how, const u64 *set, u64 *old) {
  return (int)result_of(change_mask(how, set, old));
}

EXPORTED int pthread_sigmask(int how, const u64 *set, u64 *old) {
  return (int)-change_mask(how, set, old);
}

static int block_one(int how, int signal) {
  if (signal < 1 || signal > 64) return (int)result_of(-EINVAL);
  const u64 set = BIT_OF(signal);
  return sigprocmask(how, &set, NULL);
}

EXPORTED int sighold(int signal) {
  return block_one(SIG_BLOCK, signal);
}

EXPORTED int sigrelse(int signal) {
  return block_one(SIG_UNBLOCK, signal);
}

EXPORTED int sigignore(int signal) {
  return sigaction(signal, &(struct action){.handler = IGNORED}, NULL);
}

EXPORTED handler sigset(int signal, handler wanted) {
  static void *known;
  const handler hold = (handler)2;
  u64 before = 0;
  const u64 set = BIT_OF(SIGSEGV);
  handler (*const other)(int, handler) = (handler(*)(int, handler))next(&known, "sigset");
  if ((!preload.is_active || signal != SIGSEGV || wanted == (handler)-1) && other != NULL) return other(signal, wanted);
  sigprocmask(wanted == hold ? SIG_BLOCK : SIG_UNBLOCK, &set, &before);
  const handler old = wanted == hold ? get_action().handler : set_handler(signal, &(struct action){.handler = wanted});
  return (before & set) != 0 ? hold : old;
}

EXPORTED int sigblock(int mask) {
  const u64 set = (u32)mask;
  u64 old = 0;
  return sigprocmask(SIG_BLOCK, &set, &old) == 0 ? (int)old : -1;
}

EXPORTED int sigsetmask(int mask) {
  const u64 set = (u32)mask;
  u64 old = 0;
  return sigprocmask(SIG_SETMASK, &set, &old) == 0 ? (int)old : -1;
}

/* ---- What waits ---- */

EXPORTED int sigpending(u64 *set) {
  const int result = (int)result_of(CALL(rt_sigpending, set, MASK_SIZE));
  if (result == 0 && preload.is_active && (*set & BIT_OF(SIGSTKFLT)) != 0) *set = (*set & ~BIT_OF(SIGSTKFLT)) | BIT_OF(SIGSEGV);
  return result;
}

static u64 waited_for(const u64 *set) {
  return preload.is_active ? for_kernel(*set) : *set;
}

static int got(int signal, struct signal_details *details) {
  if (!preload.is_active || signal != SIGSTKFLT) return signal;
  if (details != NULL) details->signal = SIGSEGV, details->error = 0;
  return SIGSEGV;
}

/* Interrupted by our own handler, which made one wait that is waited for here. */
static int is_again(int result, const u64 *set) {
  return result == -1 && preload.is_active && (*set & BIT_OF(SIGSEGV)) != 0 && __errno_location != NULL && *__errno_location() == EINTR;
}

EXPORTED int sigtimedwait(const u64 *set, struct signal_details *details, const void *limit) {
  static void *known;
  int (*const wait)(const void *, struct signal_details *, const void *) =
      (int (*)(const void *, struct signal_details *, const void *))next(&known, "sigtimedwait");
  u64 wide[16] = {waited_for(set)};
  int result;
  do result = wait != NULL ? wait(wide, details, limit) : (int)result_of(CALL(rt_sigtimedwait, wide, details, limit, MASK_SIZE));
  while (is_again(result, set));
  return got(result, details);
}

EXPORTED int sigwaitinfo(const u64 *set, struct signal_details *details) {
  return sigtimedwait(set, details, NULL);
}

EXPORTED int sigwait(const u64 *set, int *signal) {
  int result;
  do result = sigtimedwait(set, NULL, NULL);
  while (result == -1 && __errno_location != NULL && *__errno_location() == EINTR);
  if (result == -1) return __errno_location != NULL ? *__errno_location() : EINVAL;
  *signal = result;
  return 0;
}
