/* Reading a batch's examples: into cells for the forward pass, into panels for the first weight gradient. */
#include "network.h"
#include "team.h"

typedef uint16_t shorts16 __attribute__((vector_size(32)));
typedef int32_t ints16 __attribute__((vector_size(64)));

/* Width by width: gcc makes a conversion from bytes to floats at once one by one. */
INLINE v16 convert(bytes16 values, float scale, float offset) {
  v16 s = scale - (v16){0}, o = offset - (v16){0};
  shorts16 shorts = __builtin_convertvector(values, shorts16);
  return __builtin_convertvector(__builtin_convertvector(shorts, ints16), v16) * s + o;
}

/* Transposes 16 rows of 16 bytes by four rounds of perfect shuffles. */
INLINE void transpose_bytes(bytes16 *rows) {
  bytes16 next[16];
  for (int round = 0; round < 4; round++) {
    UNROLL for (int i = 0; i < 8; i++) {
      next[2 * i] = SHUFFLE16(rows[i], rows[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      next[2 * i + 1] =
          SHUFFLE16(rows[i], rows[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    for (int i = 0; i < 16; i++) rows[i] = next[i];
  }
}

/*
 * cells[cell][feature][CELL] = the examples at `order`, a multiple of CELL of them. A thread takes its share of
 * the features of all cells; the last takes those that do not fill a block of 16.
 */
static void gather_cells(const Team *team, const Examples *examples, const uint32_t *order, int cell_count, int64_t features,
                         float *cells) {
  Range blocks = share(team, (int)(features / 16));
  int64_t end = team->index + 1 == team->count ? features : (int64_t)blocks.end * 16;
  for (int cell = 0; cell < cell_count; cell++, order += CELL, cells += features * CELL) {
    int64_t f = (int64_t)blocks.from * 16;
    if (examples->bytes) {
      for (; f + 16 <= end; f += 16) {
        bytes16 block[16];
        for (int i = 0; i < 16; i++) block[i] = *(const bytes16 *)(examples->bytes + order[i] * features + f);
        transpose_bytes(block);
        for (int i = 0; i < 16; i++)
          *(v16 *)(cells + (f + i) * CELL) = convert(block[i], examples->scale, examples->offset);
      }
      for (; f < end; f++)
        for (int i = 0; i < CELL; i++)
          cells[f * CELL + i] = (float)examples->bytes[order[i] * features + f] * examples->scale + examples->offset;
    } else {
      for (; f < end; f++)
        for (int i = 0; i < CELL; i++) cells[f * CELL + i] = examples->floats[order[i] * features + f];
    }
  }
}
