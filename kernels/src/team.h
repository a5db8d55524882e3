/*
 * Several threads compute one network together. All run the same program, step.c; each takes its share of the
 * outputs of every operation, and they meet before one reads what another wrote. Who computes a value changes,
 * never the order of its sum: the numbers are those of one thread, to the bit.
 *
 * The threads are the caller's. One leads; a thread that has nothing to do takes a seat at the leader's table
 * (pl_assist) and leaves it when no batch comes for a while. The leader decides before every batch who takes part:
 * all who wait there. So it never waits for a thread that might not come, only for one that is computing the same
 * batch, and nobody waits for a leader that is gone.
 */
#ifndef PL_TEAM_H
#define PL_TEAM_H
#include "vector.h"

/* Elsewhere every thread is alone. */
#if defined(__linux__) && defined(__LP64__)
#define PL_TEAMS 1
#include <sys/syscall.h>
#include <time.h>
long syscall(long number, ...);
#else
#define PL_TEAMS 0
#endif

/* Threads that may assist a leader; bits of Table.seated. */
enum { SEATS = PL_TEAMS ? 7 : 0 };

struct Work;

/* What the threads of a team share; what changes at different times lies on different cache lines. */
typedef struct Table {
  _Alignas(64) uint32_t seated; /* seats that have a thread */
  uint32_t waiting;             /* those of them whose threads wait for a batch */
  _Alignas(64) uint32_t batch;  /* the seats that take part in it, and above them its number, so that each differs */
  int32_t leading;              /* whether it is being computed */
  const struct Work *work;
  int32_t late;                 /* whether a thread kept the others waiting in it */
  int64_t alone_until, penalty; /* when the leader will look for threads again, and how long it was alone; ns */
  _Alignas(64) int32_t arrived;  /* threads at the meeting point */
  _Alignas(64) int32_t meetings; /* held so far */
  int32_t sleeping;              /* threads that stopped looking whether one is held, and must be woken */
} Table;

/* One thread's place in the team: 0 leads. */
typedef struct {
  int index, count;
  Table *table;
  int64_t since; /* when it began or left the last meeting, ns */
} Team;

/* Items from `from` to before `end`. */
typedef struct {
  int from, end;
} Range;

/* This thread's share of `total` items. */
INLINE Range share(const Team *team, int total) {
  if (!PL_TEAMS) return (Range){0, total};
  return (Range){part_start(total, team->count, team->index), part_start(total, team->count, team->index + 1)};
}

/* For what is not divided. */
static const Team ALONE = {.count = 1};

#if PL_TEAMS
/* ns. How long a thread waits for another before it sleeps, beyond the time of its own share. */
enum { PATIENCE = 500000 };
/* ns. How long one without a batch looks for the next before it leaves. */
enum { IDLE_PATIENCE = 50000 };
/*
 * ns. How long a leader that was kept waiting stays alone: at first, and at most, when it is kept waiting again before
 * it was not for so long. A thread that lost its core has it back after some 5 ms. Even on an idle machine that
 * happens a few times a second, and costs less than to stay alone; beside another busy process it is every few steps.
 */
enum { FIRST_PENALTY = 10000000, MOST_PENALTY = 1000000000, PROBATION = 50000000 };

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

INLINE void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* Looks until *word is no longer `value`, and returns what it is; or `value` after so many ns. */
static uint32_t look(const void *word, uint32_t value, int64_t limit) {
  uint32_t found;
  for (int64_t end = now() + limit; now() < end;)
    for (int i = 0; i < 16; i++, pause_briefly())
      if ((found = __atomic_load_n((const uint32_t *)word, __ATOMIC_ACQUIRE)) != value) return found;
  return value;
}

static void futex(int32_t *word, int operation, int value) {
  syscall(SYS_futex, word, operation | 128 /* private to the process */, value, NULL, NULL, 0);
}
enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1 };

/* Waits for the meeting after number `held`; asleep, when it does not come at once, so that others get the core. */
NOINLINE void wait_for_meeting(Team *team, int32_t held) {
  Table *table = team->table;
  if (look(&table->meetings, (uint32_t)held, now() - team->since + PATIENCE) != (uint32_t)held) return;
  __atomic_store_n(&table->late, 1, __ATOMIC_RELAXED);
  __atomic_add_fetch(&table->sleeping, 1, __ATOMIC_SEQ_CST);
  while (__atomic_load_n(&table->meetings, __ATOMIC_SEQ_CST) == held) futex(&table->meetings, FUTEX_WAIT, held);
  __atomic_sub_fetch(&table->sleeping, 1, __ATOMIC_SEQ_CST);
}

NOINLINE void hold_meeting(Team *team) {
  Table *table = team->table;
  int32_t held = __atomic_load_n(&table->meetings, __ATOMIC_ACQUIRE);
  if (__atomic_add_fetch(&table->arrived, 1, __ATOMIC_ACQ_REL) < team->count) {
    wait_for_meeting(team, held);
  } else {
    __atomic_store_n(&table->arrived, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&table->meetings, held + 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&table->sleeping, __ATOMIC_SEQ_CST) > 0) futex(&table->meetings, FUTEX_WAKE, SEATS);
  }
  team->since = now();
}

/*
 * Makes a team of the leader and all who wait, for one batch. When a thread of the team does not get its core, all
 * wait for it; then the leader is faster alone, and stays so for twice as long if that happens again soon.
 */
static Team form_team(Table *table, const struct Work *work) {
  int64_t time = now();
  if (__atomic_exchange_n(&table->late, 0, __ATOMIC_RELAXED)) {
    int again = time - table->alone_until < PROBATION;
    table->penalty = !again ? FIRST_PENALTY : 2 * table->penalty < MOST_PENALTY ? 2 * table->penalty : MOST_PENALTY;
    __atomic_store_n(&table->alone_until, time + table->penalty, __ATOMIC_RELAXED);
  }
  if (time < table->alone_until) return ALONE;
  __atomic_store_n(&table->leading, 1, __ATOMIC_RELAXED);
  uint32_t taken = __atomic_exchange_n(&table->waiting, 0, __ATOMIC_ACQUIRE);
  if (taken == 0) return ALONE;
  table->work = work;
  __atomic_store_n(&table->batch, ((table->batch >> SEATS) + 1) << SEATS | taken, __ATOMIC_RELEASE);
  return (Team){.count = 1 + __builtin_popcount(taken), .table = table, .since = time};
}
/*
 * Waits until the thread at this seat, who said so, is taken into a batch; the next one after `batch`, which becomes
 * that batch. Returns 0, and waits no longer, if none comes for a while.
 */
static int is_taken(Table *table, uint32_t seat, uint32_t *batch) {
  for (;;) {
    uint32_t before = *batch;
    *batch = look(&table->batch, before, IDLE_PATIENCE);
    if (*batch != before && *batch & seat) return 1;
    if (*batch != before || __atomic_load_n(&table->leading, __ATOMIC_RELAXED)) continue;
    /* If it was taken just now, that batch comes. */
    if (__atomic_fetch_and(&table->waiting, ~seat, __ATOMIC_RELAXED) & seat) return 0;
  }
}
#else
static Team form_team(Table *table, const struct Work *work) {
  (void)table, (void)work;
  return ALONE;
}
#endif

/* Returns when all threads of the team are here; what each wrote before, all see after. */
INLINE void meet(Team *team) {
#if PL_TEAMS
  if (team->count > 1) hold_meeting(team);
#else
  (void)team;
#endif
}
#endif
