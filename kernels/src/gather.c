/* Reading a batch's examples: into cells for the forward pass, into panels for the first weight gradient. */
#include "network.h"

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

INLINE void load_block(const Examples *examples, const uint32_t *order, int64_t size, int64_t first, bytes16 *block) {
  for (int i = 0; i < 16; i++) block[i] = *(const bytes16 *)(examples->bytes + order[i] * size + first);
  transpose_bytes(block);
}

INLINE float value_at(const Examples *examples, int64_t index) {
  return examples->bytes ? (float)examples->bytes[index] * examples->scale + examples->offset
                         : examples->floats[index];
}

/* One cell of all `size` values of CELL examples. */
static void gather_all(const Examples *examples, const uint32_t *order, int64_t size, float *cell) {
  int64_t f = 0;
  if (examples->bytes)
    for (; f + 16 <= size; f += 16) {
      bytes16 block[16];
      load_block(examples, order, size, f, block);
      for (int i = 0; i < 16; i++)
        *(v16 *)(cell + (f + i) * CELL) = convert(block[i], examples->scale, examples->offset);
    }
  for (; f < size; f++)
    for (int i = 0; i < CELL; i++) cell[f * CELL + i] = value_at(examples, order[i] * size + f);
}

/* One cell of the values that `features` names; blocks with none of them are not read. */
static void gather_some(const Examples *examples, const uint32_t *order, int64_t size, const int32_t *features,
                        int64_t count, float *cell) {
  int64_t f = 0;
  if (examples->bytes)
    while (f < count && features[f] / 16 * 16 + 16 <= size) {
      int64_t first = features[f] / 16 * 16;
      bytes16 block[16];
      load_block(examples, order, size, first, block);
      for (; f < count && features[f] < first + 16; f++)
        *(v16 *)(cell + f * CELL) = convert(block[features[f] - first], examples->scale, examples->offset);
    }
  for (; f < count; f++)
    for (int i = 0; i < CELL; i++) cell[f * CELL + i] = value_at(examples, order[i] * size + features[f]);
}

/* network->input = [cell][feature][CELL] of the batch's examples, this thread's share of the cells. */
static void gather_cells(const Team *team, const Network *network, const Examples *examples, int cells) {
  int64_t count = shape_size(network->in), size = network->example_size;
  Range mine = share(team, cells);
  const uint32_t *order = network->order + mine.from * CELL;
  float *input = network->input + mine.from * count * CELL;
  for (int cell = mine.from; cell < mine.end; cell++, order += CELL, input += count * CELL) {
    if (network->features)
      gather_some(examples, order, size, network->features, count, input);
    else
      gather_all(examples, order, size, input);
  }
}
