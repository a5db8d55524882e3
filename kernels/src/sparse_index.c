/* Which inputs and outputs the kept values of a sparse layer connect: worked out once, when the network with its masks is laid out. */
#include "arena.h"
#include "network.h"

/*
 * Whether a sparse first layer looks, batch by batch, for inputs that are zero in all its examples, as four of ten
 * pixels of a digit are. It pays where a vector is so short that arithmetic, not memory, takes the time (measured).
 */
enum { SKIPS_ZERO_INPUTS = VL == 4 };

/* Inputs by which terms are grouped: a convolution's channels. */
static int term_groups(const Layer *layer) {
  return layer->kind == LAYER_CONV ? layer->in.channels : layer->weight.columns;
}

static void place_index(Layer *layer, int first, Arena *arena) {
  const Tensor *w = &layer->weight;
  SparseIndex *index = &layer->sparse;
  int64_t word = sizeof(int32_t);
  index->rows.starts = take(arena, (w->rows + 1) * word);
  index->rows.inputs = take(arena, w->kept * word);
  if (first && layer->kind == LAYER_DENSE && SKIPS_ZERO_INPUTS) {
    index->active.starts = take(arena, (w->rows + 1) * word);
    index->active.inputs = take(arena, (w->kept + 1) * word);
    index->active.numbers = take(arena, (w->kept + 1) * word);
    index->active.values = take_floats(arena, w->kept + 1);
    index->inactive = take(arena, w->columns);
  }
  if (first) return;
  index->term_starts = take(arena, (term_groups(layer) + 1) * word);
  index->terms = take(arena, w->kept * (int64_t)sizeof(Term));
}

/* Where the input of a weight's column lies in its cell, from the position's first. */
static int32_t input_offset(const Layer *layer, int column) {
  if (layer->kind == LAYER_DENSE) return column * CELL;
  int height = layer->in.height + 2 * layer->padding, width = layer->in.width + 2 * layer->padding;
  int kernel = layer->kernel_height * layer->kernel_width, channel = column / kernel, tap = column % kernel;
  return ((channel * height + tap / layer->kernel_width) * width + tap % layer->kernel_width) * CELL;
}

/* From counts at starts[1 ..] to running sums. */
static void add_up(int32_t *starts, int count) {
  starts[0] = 0;
  for (int i = 0; i < count; i++) starts[i + 1] += starts[i];
}

static void index_rows(const Layer *layer, SparseRows *rows, const int32_t *positions) {
  const Tensor *w = &layer->weight;
  for (int32_t n = 0; n < w->kept; n++) {
    rows->inputs[n] = input_offset(layer, positions[n] % w->columns);
    rows->starts[positions[n] / w->columns + 1]++;
  }
  add_up(rows->starts, w->rows);
}

/* Counting sort of the kept values by input. */
static void index_terms(const Layer *layer, SparseIndex *index, const int32_t *positions) {
  const Tensor *w = &layer->weight;
  int groups = term_groups(layer), group_size = w->columns / groups;
  int plane = layer->kind == LAYER_CONV ? layer->convolved.height * layer->convolved.width : 1;
  int32_t *starts = index->term_starts;
  for (int32_t n = 0; n < w->kept; n++) starts[positions[n] % w->columns / group_size + 1]++;
  add_up(starts, groups);
  for (int32_t n = 0; n < w->kept; n++) {
    int row = positions[n] / w->columns, column = positions[n] % w->columns;
    index->terms[starts[column / group_size]++] = (Term){row * plane * CELL, n};
  }
  for (int g = groups; g > 0; g--) starts[g] = starts[g - 1];
  starts[0] = 0;
}

/* Fills the arrays of place_index, which are zero. `positions`: each kept value's row * columns + column, rising. */
static void build_index(Layer *layer, const int32_t *positions) {
  index_rows(layer, &layer->sparse.rows, positions);
  if (layer->sparse.terms) index_terms(layer, &layer->sparse, positions);
}
