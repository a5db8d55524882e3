/*
 * Who meets whom in a sparse layer, worked out whenever masks change. An output on which nothing depends (all
 * weights from it pruned, or only dead outputs behind them) is dead: it is not computed, has no gradient, and so
 * costs nothing. Found from the last layer to the first.
 */
#include "arena.h"
#include "network.h"

/*
 * Whether a sparse first layer looks, batch by batch, for inputs that are zero in all its examples, as four of ten
 * pixels of a digit are. It pays where a vector is so short that arithmetic, not memory, takes the time (measured).
 */
enum { SKIPS_SLEEPING_INPUTS = VL == 4 };

/* Inputs by which terms are grouped: a convolution's channels. */
static int term_groups(const Layer *layer) {
  return layer->kind == LAYER_CONV ? layer->in.channels : layer->weight.columns;
}

static void place_index(Layer *layer, int first, Arena *arena) {
  const Tensor *w = &layer->weight;
  SparseIndex *index = &layer->sparse;
  *index = (SparseIndex){0};
  if (!w->compact) return;
  int64_t word = sizeof(int32_t);
  index->live = take(arena, w->rows);
  index->rows.starts = take(arena, (w->rows + 1) * word);
  index->rows.inputs = take(arena, w->kept * word);
  if (first && layer->kind == LAYER_DENSE && SKIPS_SLEEPING_INPUTS) {
    index->awake.starts = take(arena, (w->rows + 1) * word);
    index->awake.inputs = take(arena, (w->kept + 1) * word);
    index->awake.numbers = take(arena, (w->kept + 1) * word);
    index->awake.values = take_floats(arena, w->kept + 1);
    index->sleeping = take(arena, w->columns);
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

/* Calls for every kept value in order: its row, its column, its number. */
#define FOR_KEPT(w, row, column, n, ...)                                              \
  for (int row = 0, n = 0; row < (w)->rows; row++)                                    \
    for (int base = 0; base < (w)->pitch; base += 16)                                 \
      for (unsigned bits = (w)->mask[((int64_t)row * (w)->pitch + base) / 16]; bits; bits &= bits - 1, n++) { \
        int column = base + __builtin_ctz(bits);                                      \
        __VA_ARGS__                                                                   \
      }

static void index_rows(const Layer *layer, SparseIndex *index) {
  const Tensor *w = &layer->weight;
  for (int row = 0; row <= w->rows; row++) index->rows.starts[row] = 0;
  FOR_KEPT(w, row, column, n, {
    index->rows.inputs[n] = input_offset(layer, column);
    index->rows.starts[row + 1] = n + 1;
  })
  for (int row = 0; row < w->rows; row++)
    if (index->rows.starts[row + 1] < index->rows.starts[row]) index->rows.starts[row + 1] = index->rows.starts[row];
}

/* Counting sort of the live outputs' values by input. */
static void index_terms(const Layer *layer, SparseIndex *index) {
  const Tensor *w = &layer->weight;
  int groups = term_groups(layer), group_size = w->columns / groups;
  int plane = layer->kind == LAYER_CONV ? layer->convolved.height * layer->convolved.width : 1;
  int32_t *starts = index->term_starts;
  for (int g = 0; g <= groups; g++) starts[g] = 0;
  FOR_KEPT(w, row, column, n, { starts[column / group_size] += index->live[row]; })
  int32_t total = 0;
  for (int g = 0; g <= groups; g++) {
    int32_t count = starts[g];
    starts[g] = total;
    total += count;
  }
  FOR_KEPT(w, row, column, n, {
    if (index->live[row]) index->terms[starts[column / group_size]++] = (Term){row * plane * CELL, n};
  })
  for (int g = groups; g > 0; g--) starts[g] = starts[g - 1];
  starts[0] = 0;
}

/*
 * Whether anything behind the layer depends on one of its output's channels. `next` is the first layer with
 * weights behind it: pooling and activations keep channels apart.
 */
static int is_live(const Layer *layer, const Layer *next, int channel) {
  if (!next || !next->weight.compact) return 1;
  int groups = term_groups(next), size = groups / layer->out.channels;
  return next->sparse.term_starts[(channel + 1) * size] > next->sparse.term_starts[channel * size];
}

/* The arrays of place_index, filled. */
static void build_indices(Network *network) {
  const Layer *next = NULL;
  for (int i = network->layer_count - 1; i >= 0; i--) {
    Layer *layer = &network->layers[i];
    if (layer->weight.rows == 0) continue;
    SparseIndex *index = &layer->sparse;
    if (layer->weight.compact) {
      for (int row = 0; row < layer->weight.rows; row++) index->live[row] = (uint8_t)is_live(layer, next, row);
      index_rows(layer, index);
      if (index->terms) index_terms(layer, index);
    }
    next = layer;
  }
}
