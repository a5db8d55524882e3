/*
 * Several threads compute one network together. All run the same program, step.c; each takes its share of the
 * outputs of every operation, and they meet before one reads what another wrote. Who computes a value changes,
 * never the order of its sum: the numbers are those of one thread, to the bit.
 *
 * The threads are the caller's. One leads; a thread that has nothing to do takes a seat at the leader's table
 * (pl_assist) and leaves it when no batch comes for a while. The leader decides before every batch who takes part:
 * all who sit there and wait. So it never waits for a thread that might not come, only for one that is computing
 * the same batch, and nobody waits for a leader that is gone.
 */
#ifndef PL_TEAM_H
#define PL_TEAM_H
#include "vector.h"

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
#define PL_FUTEX 1
#else
#define PL_FUTEX 0
#if defined(_WIN32)
__declspec(dllimport) int __stdcall SwitchToThread(void);
#define PL_YIELD() SwitchToThread()
#elif defined(__wasm__)
#define PL_YIELD() (void)0
#else
int sched_yield(void);
#define PL_YIELD() sched_yield()
#endif
#endif

/* Threads that may assist a leader. */
enum { SEATS = 15 };

/* A seat is free, or its thread waits, or is taken into a team, or computes: its index in the team, from 1. */
enum { FREE = 0, WAITING = -1, TAKEN = -2 };

struct Work;

/* What the threads of a team share; what changes at different times lies on different cache lines. */
typedef struct Table {
  _Alignas(64) int32_t seats[SEATS];
  _Alignas(64) int32_t leading; /* whether a batch is being computed */
  int32_t count;                /* threads that compute it */
  const struct Work *work;      /* the batch */
  int32_t waited;               /* whether one had to sleep in it */
  int32_t alone, penalty;       /* batches that the leader computes alone from here on, and will the next time */
  _Alignas(64) int32_t arrived;  /* threads at the meeting point */
  _Alignas(64) int32_t meetings; /* held so far */
  int32_t sleeping;              /* threads that stopped looking whether one is held, and must be woken */
} Table;

/* One thread's place in the team: 0 leads. */
typedef struct {
  int index, count;
  Table *table;
} Team;

static const Team ALONE = {.index = 0, .count = 1};

/* Items from `from` to before `end`. */
typedef struct {
  int from, end;
} Range;

/* This thread's share of `total` items. */
INLINE Range share(const Team *team, int total) {
  return (Range){part_start(total, team->count, team->index), part_start(total, team->count, team->index + 1)};
}

INLINE void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#if PL_FUTEX
enum { FUTEX_WAIT = 128, FUTEX_WAKE = 129 }; /* both private to the process */

static long futex(int32_t *word, int operation, int value) {
#if defined(__x86_64__)
  long result;
  register long timeout __asm__("r10") = 0;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "0"(202L), "D"(word), "S"((long)operation), "d"((long)value), "r"(timeout)
                   : "rcx", "r11", "memory");
  return result;
#else
  register long x8 __asm__("x8") = 98, x0 __asm__("x0") = (long)word, x1 __asm__("x1") = operation;
  register long x2 __asm__("x2") = value, x3 __asm__("x3") = 0;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
#endif
}
#endif

/*
 * How often a thread looks before it sleeps: some 0.5 ms, more than shares of an operation differ by, less than a
 * thread without a core waits for one. And how often one without a batch looks before it leaves: some 50 us.
 */
enum { PATIENCE = 50000, IDLE_PATIENCE = 5000 };

/* The longest that a leader stays alone after it was let down, in batches. */
enum { MOST_ALONE = 250 };

/* Waits until *word is no longer `value`. Returns 0 if it still is after that many looks. */
INLINE int look(int32_t *word, int32_t value, int looks) {
  for (int i = 0; i < looks; i++) {
    if (__atomic_load_n(word, __ATOMIC_ACQUIRE) != value) return 1;
    pause_briefly();
  }
  return 0;
}

/* Waits for the meeting after number `held`; asleep, when it does not come at once, so that others get the core. */
NOINLINE void wait_for_meeting(const Team *team, int32_t held) {
  Table *table = team->table;
  if (look(&table->meetings, held, PATIENCE)) return;
  __atomic_store_n(&table->waited, 1, __ATOMIC_RELAXED);
#if PL_FUTEX
  __atomic_add_fetch(&table->sleeping, 1, __ATOMIC_SEQ_CST);
  while (__atomic_load_n(&table->meetings, __ATOMIC_SEQ_CST) == held) futex(&table->meetings, FUTEX_WAIT, held);
  __atomic_sub_fetch(&table->sleeping, 1, __ATOMIC_SEQ_CST);
#else
  while (!look(&table->meetings, held, 1)) PL_YIELD();
#endif
}

/* Returns when all threads of the team are here; what each wrote before, all see after. */
INLINE void meet(const Team *team) {
  if (team->count == 1) return;
  Table *table = team->table;
  int32_t held = __atomic_load_n(&table->meetings, __ATOMIC_ACQUIRE);
  if (__atomic_add_fetch(&table->arrived, 1, __ATOMIC_ACQ_REL) < team->count) {
    wait_for_meeting(team, held);
    return;
  }
  __atomic_store_n(&table->arrived, 0, __ATOMIC_RELAXED);
  __atomic_store_n(&table->meetings, held + 1, __ATOMIC_SEQ_CST);
#if PL_FUTEX
  if (__atomic_load_n(&table->sleeping, __ATOMIC_SEQ_CST) > 0) futex(&table->meetings, FUTEX_WAKE, SEATS);
#endif
}

/*
 * Makes a team of the leader and all who wait, for one batch. When a thread of the team does not get its core, all
 * wait for it; then the leader is faster alone, and stays alone for twice as long each time that it finds out.
 */
INLINE Team form_team(Table *table, const struct Work *work) {
  Team team = ALONE;
  if (!table) return team;
  if (__atomic_load_n(&table->waited, __ATOMIC_RELAXED)) {
    __atomic_store_n(&table->waited, 0, __ATOMIC_RELAXED);
    table->penalty = smaller(2 * table->penalty + 8, MOST_ALONE);
    __atomic_store_n(&table->alone, table->penalty, __ATOMIC_RELAXED);
  }
  if (table->alone > 0) {
    __atomic_store_n(&table->alone, table->alone - 1, __ATOMIC_RELAXED);
    return team;
  }
  if (table->penalty > 0) table->penalty--;
  __atomic_store_n(&table->leading, 1, __ATOMIC_RELAXED);
  int taken[SEATS];
  for (int i = 0; i < SEATS; i++) {
    int32_t waiting = WAITING;
    taken[i] = __atomic_load_n(&table->seats[i], __ATOMIC_RELAXED) == WAITING &&
               __atomic_compare_exchange_n(&table->seats[i], &waiting, TAKEN, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
    team.count += taken[i];
  }
  table->count = team.count;
  table->work = work;
  for (int i = 0, index = 1; i < SEATS; i++)
    if (taken[i]) __atomic_store_n(&table->seats[i], index++, __ATOMIC_RELEASE);
  team.table = table;
  return team;
}
#endif
