/*
 * How many multiply-adds a second one core can do: chains of them that touch no memory. Compiled like the
 * kernels; prints the number. The chains are as many as hide the latency and fit into the registers.
 */
#include <stdio.h>
#include <time.h>
#include "../kernels/src/vector.h"

enum { CHAINS = VL == 16 ? 20 : 12, ROUNDS = 20000000 };

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int count, char **arguments) {
  (void)arguments;
  /* Values that the compiler cannot know, and that stay finite. */
  vf factor = splat(0.5f * (float)count), sums[CHAINS];
  _Pragma("GCC unroll 20") for (int i = 0; i < CHAINS; i++) sums[i] = splat((float)(i + count));
  double best = 1e9;
  for (int turn = 0; turn < 5; turn++) {
    double start = seconds();
    for (int round = 0; round < ROUNDS / 5; round++) {
      _Pragma("GCC unroll 20") for (int i = 0; i < CHAINS; i++) sums[i] = sums[i] * factor + factor;
    }
    double taken = seconds() - start;
    if (taken < best) best = taken;
  }
  float total = 0;
  for (int i = 0; i < CHAINS; i++) total += sum(sums[i]);
  printf("%.4g\n", (total == total) * (double)CHAINS * VL * (ROUNDS / 5) / best);
  return 0;
}
