/*
 * A dense first layer that skips the inputs that are zero, example by example: four fifths of a digit's pixels.
 * Its weights are stored by column, so that an input's weights to all outputs are contiguous, and the roles of
 * examples and outputs are exchanged: vectors run over outputs. Terms are added in the same order as in dense.c,
 * without those that are zero, so the numbers are the same to the bit.
 */
#include "backward.h"
#include "gemm.h"

/* From which part of zeros on this is faster than the tiles of dense.c (measured; wide tiles are hard to beat). */
#if VL == 4
static const double SKIPPING_PAYS_FROM = 0.5;
#else
static const double SKIPPING_PAYS_FROM = 0.7;
#endif

/* Vectors of outputs at a time. */
enum { SPAN = 12 };

/* A term: which column (or example) it takes, and its factor. */
typedef struct Entry {
  int32_t index;
  float value;
} Entry;

/* result = sum over the entries of value * rows[index], for `vectors` vectors of each row. */
INLINE void span_sum(const int vectors, const Entry *entries, int count, const float *rows, int64_t pitch,
                     float *result) {
  vf sums[SPAN];
  UNROLL16 for (int j = 0; j < vectors; j++) sums[j] = splat(0);
  for (const Entry *end = entries + count; entries < end; entries++) {
    const float *row = rows + entries->index * pitch;
    vf value = splat(entries->value);
    UNROLL16 for (int j = 0; j < vectors; j++) sums[j] = value * load(row + j * VL) + sums[j];
  }
  UNROLL16 for (int j = 0; j < vectors; j++) store(result + j * VL, sums[j]);
}

#define SPAN_CASE(n) \
  case n: span_sum(n, entries, count, rows, pitch, result); break;

NOINLINE void span(int vectors, const Entry *entries, int count, const float *rows, int64_t pitch, float *result) {
  switch (vectors) {
    SPAN_CASE(1) SPAN_CASE(2) SPAN_CASE(3) SPAN_CASE(4) SPAN_CASE(5) SPAN_CASE(6)
    SPAN_CASE(7) SPAN_CASE(8) SPAN_CASE(9) SPAN_CASE(10) SPAN_CASE(11) SPAN_CASE(12)
  }
}

/* Whether all CELL values, as bits, are zero: a quick look before each is looked at. */
INLINE int all_zero(const float *values) {
  vi bits = splat_int(0);
  for (int lane = 0; lane < CELL; lane += VL) bits |= (vi)load(values + lane);
  int any = 0;
  UNROLL16 for (int i = 0; i < VL; i++) any |= bits[i];
  return any == 0;
}

/* The inputs of each of a cell's examples that are not zero: entries[example * features ..], counts[example]. */
static void collect_cell(const float *cell, int features, Entry *entries, int *counts) {
  for (int e = 0; e < CELL; e++) counts[e] = 0;
  for (int f = 0; f < features; f++, cell += CELL) {
    if (all_zero(cell)) continue;
    for (int e = 0; e < CELL; e++) {
      /* Written always, counted if it is not zero: no branch to predict. */
      entries[(int64_t)e * features + counts[e]] = (Entry){f, cell[e]};
      counts[e] += cell[e] != 0;
    }
  }
}

static void skipping_forward(const Team *team, Network *network, Layer *layer, int cells) {
  const Tensor *w = &layer->weight;
  int vectors = w->pitch / VL, spans = parts(vectors, SPAN), counts[CELL];
  Range mine = share(team, cells);
  float *rows = network->transposed + (int64_t)mine.from * w->pitch * CELL; /* [example of the cell][output] */
  Entry *entries = network->entries + team->index * network->entry_room;
  for (int cell = mine.from; cell < mine.end; cell++) {
    collect_cell(layer->input + (int64_t)cell * w->columns * CELL, w->columns, entries, counts);
    for (int s = 0; s < spans; s++) {
      int start = part_start(vectors, spans, s), size = part_start(vectors, spans, s + 1) - start;
      for (int e = 0; e < CELL; e++)
        span(size, entries + (int64_t)e * w->columns, counts[e], w->value + start * VL, w->pitch,
             rows + (int64_t)e * w->pitch + start * VL);
    }
    float *output = layer->output + (int64_t)cell * w->rows * CELL;
    int o = 0;
    for (; o + 4 <= w->rows; o += 4)
      for (int e = 0; e < CELL; e += 4)
        transpose4(rows + (int64_t)e * w->pitch + o, w->pitch, output + o * CELL + e, CELL);
    for (; o < w->rows; o++)
      for (int e = 0; e < CELL; e++) output[o * CELL + e] = rows[(int64_t)e * w->pitch + o];
  }
  activate(layer->activation, layer->output + (int64_t)mine.from * w->rows * CELL, layer->shift,
           mine.end - mine.from, layer->out);
}

/* An input that is zero in the whole batch has no gradient, but moments may move its weights. */
static void skipping_backward_weight(Team *team, Network *network, Layer *layer, const float *gradient, int cells,
                                     const Sink *sink) {
  Tensor *w = &layer->weight;
  int vectors = w->pitch / VL, spans = parts(vectors, SPAN);
  Range own = share(team, cells), mine = share(team, w->columns);
  transpose_cells(gradient + (int64_t)own.from * w->rows * CELL, own.end - own.from, w->rows, 0, w->pitch,
                  network->transposed + (int64_t)own.from * w->pitch * CELL);
  barrier(team);
  Entry *entries = network->entries + team->index * network->entry_room;
  for (int column = mine.from; column < mine.end; column++) {
    int count = 0;
    for (int cell = 0; cell < cells; cell++) {
      const float *values = layer->input + ((int64_t)cell * w->columns + column) * CELL;
      if (all_zero(values)) continue;
      for (int e = 0; e < CELL; e++) {
        entries[count] = (Entry){cell * CELL + e, values[e]};
        count += values[e] != 0;
      }
    }
    float *result = network->gradient + (int64_t)(sink->update ? mine.from : column) * w->pitch;
    for (int s = 0; s < spans; s++) {
      int start = part_start(vectors, spans, s), size = part_start(vectors, spans, s + 1) - start;
      span(size, entries, count, network->transposed + start * VL, w->pitch, result + start * VL);
    }
    if (sink->update) update_values(sink->update, w, (int64_t)column * w->pitch, result, w->pitch);
  }
  if (!sink->update) deliver(&ALONE, sink, w, network->gradient);
  deliver_bias(team, network, sink, layer, gradient, cells, 1);
}

/* Copies values from one arrangement of a tensor to the other; padding becomes 0. */
static void rearrange(const Tensor *from, const Tensor *to, float *values, float *scratch) {
  if (!values) return;
  for (int64_t i = 0; i < to->padded_size; i++) scratch[i] = 0;
  for (int row = 0; row < from->rows; row++)
    for (int c = 0; c < from->columns; c++) scratch[tensor_index(to, row, c)] = values[tensor_index(from, row, c)];
  for (int64_t i = 0; i < to->padded_size; i++) values[i] = scratch[i];
}

static void rearrange_mask(const Tensor *from, const Tensor *to, uint16_t *mask, uint16_t *scratch) {
  for (int64_t i = 0; i < to->padded_size / 16; i++) scratch[i] = 0xffff;
  for (int row = 0; row < from->rows; row++)
    for (int c = 0; c < from->columns; c++) {
      int64_t index = tensor_index(to, row, c);
      if (!is_kept(from, tensor_index(from, row, c))) scratch[index / 16] &= (uint16_t)~(1 << index % 16);
    }
  for (int64_t i = 0; i < to->padded_size / 16; i++) mask[i] = scratch[i];
}

/* Whether the first layer, if it is dense, skips zeros from here on. */
static void set_skipping(Network *network, int skip) {
  Layer *layer = &network->layers[0];
  if (layer->kind != LAYER_DENSE || layer->weight.by_column == skip || layer->weight.compact) return;
  Tensor to = layer->weight;
  arrange(&to, skip);
  rearrange(&layer->weight, &to, to.value, network->gradient);
  rearrange(&layer->weight, &to, to.slot1, network->gradient);
  rearrange(&layer->weight, &to, to.slot2, network->gradient);
  if (to.masked) rearrange_mask(&layer->weight, &to, to.mask, (uint16_t *)network->gradient);
  layer->weight = to;
}
