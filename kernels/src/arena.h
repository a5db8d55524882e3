/* Hands out pieces of the memory that the caller owns. */
#ifndef PL_ARENA_H
#define PL_ARENA_H
#include "vector.h"

/* Under AddressSanitizer pieces of a memory lie apart, with a forbidden zone between them. */
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
enum { FORBIDDEN_ZONE = 64 };
#define FORBID(start, bytes) ASAN_POISON_MEMORY_REGION(start, bytes)
#else
enum { FORBIDDEN_ZONE = 0 };
#define FORBID(start, bytes) (void)(bytes)
#endif

/* Hands out aligned pieces of a memory; with a null base it only measures. */
typedef struct {
  char *base;
  int64_t used;
} Arena;

static void *take(Arena *arena, int64_t bytes) {
  void *piece = arena->base ? arena->base + arena->used : NULL;
  int64_t room = round_up(bytes + FORBIDDEN_ZONE, 64);
  arena->used += room;
  if (piece) FORBID((char *)piece + bytes, room - bytes);
  return piece;
}

static float *take_floats(Arena *arena, int64_t count) { return take(arena, count * (int64_t)sizeof(float)); }
#endif
