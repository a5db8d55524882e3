/*
 * Several threads compute one network together. All run the same program, step.c; each takes its share of the
 * outputs of every operation, and a barrier comes before one reads what another wrote. Who computes a value changes,
 * never the order of its sum: the numbers are those of one thread, to the bit.
 *
 * The threads are the caller's. One leads: the network's own. A thread that has nothing to do becomes a helper
 * (pl_help) until no batch comes for a while. The leader decides before every batch who takes part: all helpers that
 * wait for one at that moment. So it never waits for a thread that might not come, only for one that is computing the
 * same batch, and nobody waits for a leader that is gone.
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

/* The most helpers of one leader; each has a bit in Meeting.present. src/engines/kernels/team.ts agrees. */
enum { MOST_HELPERS = PL_TEAMS ? 7 : 0 };

struct Work;

/* Where a leader and its helpers meet, in memory that they share; what changes at different times lies on different
 * cache lines. */
typedef struct Meeting {
  _Alignas(64) uint32_t present; /* helpers that are here, a bit each */
  uint32_t waiting;              /* those of them that wait for a batch */
  _Alignas(64) uint32_t batch;   /* bits of the helpers that take part in it, and above these its number */
  int32_t leading;               /* whether it is being computed */
  const struct Work *work;
  int32_t late;                  /* whether a thread kept the others waiting in it */
  int64_t alone_until, penalty;  /* when the leader will look for helpers again, and how long it was alone; ns */
  _Alignas(64) int32_t arrived;  /* threads at the barrier */
  _Alignas(64) int32_t barriers; /* passed so far */
  int32_t blocked;               /* threads that no longer poll `barriers` but wait in the kernel, and must be woken */
} Meeting;

/* One thread's place in the team: 0 leads. */
typedef struct {
  int index, count;
  Meeting *meeting;
  int64_t since; /* when it began or passed the last barrier, ns */
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
/* ns. How long a thread polls for another before it blocks, beyond the time of its own share. */
enum { PATIENCE = 500000 };
/* ns. How long a helper without a batch polls for the next before it leaves. */
enum { IDLE_PATIENCE = 50000 };
/*
 * ns. How long a leader that was kept waiting stays alone: at first, and at most, when it is kept waiting again before
 * PROBATION ns have passed. A thread that lost its core has it back after some 5 ms. Even on an idle machine that
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

/* Polls until *word is no longer `value`, and returns what it is; or `value` after `limit` ns. */
static uint32_t poll_word(const void *word, uint32_t value, int64_t limit) {
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

/* Waits until all have come to the barrier after number `passed`: polls, then blocks, so that others get the core. */
NOINLINE void wait_at_barrier(Team *team, int32_t passed) {
  Meeting *meeting = team->meeting;
  if (poll_word(&meeting->barriers, (uint32_t)passed, now() - team->since + PATIENCE) != (uint32_t)passed) return;
  __atomic_store_n(&meeting->late, 1, __ATOMIC_RELAXED);
  __atomic_add_fetch(&meeting->blocked, 1, __ATOMIC_SEQ_CST);
  while (__atomic_load_n(&meeting->barriers, __ATOMIC_SEQ_CST) == passed) futex(&meeting->barriers, FUTEX_WAIT, passed);
  __atomic_sub_fetch(&meeting->blocked, 1, __ATOMIC_SEQ_CST);
}

NOINLINE void pass_barrier(Team *team) {
  Meeting *meeting = team->meeting;
  int32_t passed = __atomic_load_n(&meeting->barriers, __ATOMIC_ACQUIRE);
  if (__atomic_add_fetch(&meeting->arrived, 1, __ATOMIC_ACQ_REL) < team->count) {
    wait_at_barrier(team, passed);
  } else {
    __atomic_store_n(&meeting->arrived, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&meeting->barriers, passed + 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&meeting->blocked, __ATOMIC_SEQ_CST) > 0) futex(&meeting->barriers, FUTEX_WAKE, MOST_HELPERS);
  }
  team->since = now();
}

/*
 * Makes a team of the leader and all helpers that wait, for one batch. When a thread of the team does not get its core,
 * all wait for it; then the leader is faster alone, and stays so for twice as long if that happens again soon.
 */
static Team form_team(Meeting *meeting, const struct Work *work) {
  int64_t time = now();
  if (__atomic_exchange_n(&meeting->late, 0, __ATOMIC_RELAXED)) {
    int again = time - meeting->alone_until < PROBATION;
    int64_t twice = 2 * meeting->penalty;
    meeting->penalty = !again ? FIRST_PENALTY : twice < MOST_PENALTY ? twice : MOST_PENALTY;
    __atomic_store_n(&meeting->alone_until, time + meeting->penalty, __ATOMIC_RELAXED);
  }
  if (time < meeting->alone_until) return ALONE;
  __atomic_store_n(&meeting->leading, 1, __ATOMIC_RELAXED);
  uint32_t taken = __atomic_exchange_n(&meeting->waiting, 0, __ATOMIC_ACQUIRE);
  if (taken == 0) return ALONE;
  meeting->work = work;
  __atomic_store_n(&meeting->batch, ((meeting->batch >> MOST_HELPERS) + 1) << MOST_HELPERS | taken, __ATOMIC_RELEASE);
  return (Team){.count = 1 + __builtin_popcount(taken), .meeting = meeting, .since = time};
}

/*
 * Waits until the leader takes this helper, whose bit in meeting->waiting is set, into a batch. `batch` is the value of
 * meeting->batch that the helper saw last, and becomes that of the batch that takes it. Returns 0 when no batch comes
 * for a while; the helper's bit is then no longer set.
 */
static int is_taken(Meeting *meeting, uint32_t helper, uint32_t *batch) {
  for (;;) {
    uint32_t before = *batch;
    *batch = poll_word(&meeting->batch, before, IDLE_PATIENCE);
    if (*batch != before && *batch & helper) return 1;
    if (*batch != before || __atomic_load_n(&meeting->leading, __ATOMIC_RELAXED)) continue;
    /* If the bit was gone already, the leader has just taken the helper: that batch comes. */
    if (__atomic_fetch_and(&meeting->waiting, ~helper, __ATOMIC_RELAXED) & helper) return 0;
  }
}
#else
static Team form_team(Meeting *meeting, const struct Work *work) {
  (void)meeting, (void)work;
  return ALONE;
}
#endif

/* Returns when all threads of the team have come here; what each wrote before, all see after. */
INLINE void barrier(Team *team) {
#if PL_TEAMS
  if (team->count > 1) pass_barrier(team);
#else
  (void)team;
#endif
}
#endif
