/*
 * Dense layers of which few weights are kept: a fused multiply-add over the batch for each kept weight. Sums stay
 * in registers over a group of cells. SETS partial sums in turn hide the latency of addition.
 */
#include "backward.h"
#include "gemm.h"

#if VL == 16
enum { SPARSE_CELLS = 4, SETS = 2 };
#elif VL == 8
enum { SPARSE_CELLS = 4, SETS = 1 };
#else
enum { SPARSE_CELLS = 2, SETS = 1 };
#endif

/* sums[j] = sum over the values from `start` to `end` of value * its input, for the vectors of `cells` cells. */
INLINE void gather_row(const int cells, const float *value, const int32_t *inputs, int start, int end,
                       const float *input, int64_t input_cell, vf *result) {
  const int vectors = cells * VPC;
  vf sums[SETS][SPARSE_CELLS * VPC];
  UNROLL for (int s = 0; s < SETS; s++) UNROLL for (int j = 0; j < vectors; j++) sums[s][j] = splat(0);
  int n = start;
  for (; n + SETS <= end; n += SETS)
    UNROLL for (int s = 0; s < SETS; s++) {
      const float *x = input + inputs[n + s];
      vf w = splat(value[n + s]);
      UNROLL for (int j = 0; j < vectors; j++) sums[s][j] = w * load(x + column(j, input_cell)) + sums[s][j];
    }
  for (; n < end; n++) {
    const float *x = input + inputs[n];
    vf w = splat(value[n]);
    UNROLL for (int j = 0; j < vectors; j++) sums[0][j] = w * load(x + column(j, input_cell)) + sums[0][j];
  }
  UNROLL for (int j = 0; j < vectors; j++) {
    result[j] = sums[0][j];
    UNROLL for (int s = 1; s < SETS; s++) result[j] += sums[s][j];
  }
}

/* What passes over the current batch run over. */
static const SparseRows *rows_of_batch(const Network *network, const Layer *layer) {
  const SparseIndex *index = &layer->sparse;
  return index->inactive && network->zeros_expected ? &index->active : &index->rows;
}

/*
 * Fills the rows of the inputs that are not zero in the whole batch. What is left out would add zeros, and SETS is 1
 * where this is used (SKIPS_ZERO_INPUTS), so no bit of a sum changes.
 */
static void select_active_rows(const Layer *layer, int cells) {
  const Tensor *w = &layer->weight;
  const SparseIndex *index = &layer->sparse;
  const SparseRows *all = &index->rows, *active = &index->active;
  for (int c = 0; c < w->columns; c++) {
    index->inactive[c] = 1;
    for (int cell = 0; cell < cells; cell++)
      index->inactive[c] &= all_zero(layer->input + ((int64_t)cell * w->columns + c) * CELL);
  }
  int n = 0;
  for (int row = 0; row < w->rows; row++) {
    active->starts[row] = n;
    for (int i = all->starts[row]; i < all->starts[row + 1]; i++) {
      /* Written always, counted if active: no branch to predict. */
      active->inputs[n] = all->inputs[i];
      active->numbers[n] = i;
      active->values[n] = w->value[i];
      n += !index->inactive[all->inputs[i] / CELL];
    }
  }
  active->starts[w->rows] = n;
}

INLINE void forward_rows(const int cells, const Layer *layer, const SparseRows *rows, const float *values, int cell) {
  const Tensor *w = &layer->weight;
  int64_t input_cell = (int64_t)w->columns * CELL, output_cell = (int64_t)w->rows * CELL;
  const float *input = layer->input + cell * input_cell;
  float *output = layer->output + cell * output_cell;
  for (int row = 0; row < w->rows; row++) {
    vf sums[SPARSE_CELLS * VPC];
    gather_row(cells, values, rows->inputs, rows->starts[row], rows->starts[row + 1], input, input_cell, sums);
    vf shift = splat(layer->shift[row]);
    UNROLL for (int j = 0; j < cells * VPC; j++) {
      vf y = sums[j] + shift;
      store(output + row * CELL + column(j, output_cell), layer->activation == ACT_RELU ? relu(y) : y);
    }
  }
}

NOINLINE void forward_group(const Layer *layer, const SparseRows *rows, const float *values, int cell) {
  forward_rows(SPARSE_CELLS, layer, rows, values, cell);
}
NOINLINE void forward_cell_alone(const Layer *layer, const SparseRows *rows, const float *values, int cell) {
  forward_rows(1, layer, rows, values, cell);
}

/* Of some of the cells, without activations other than ReLU. */
static void sparse_dense_forward_some(const Layer *layer, const SparseRows *rows, const float *values, Range cells) {
  int cell = cells.from;
  for (; cell + SPARSE_CELLS <= cells.end; cell += SPARSE_CELLS) forward_group(layer, rows, values, cell);
  for (; cell < cells.end; cell++) forward_cell_alone(layer, rows, values, cell);
}

static void sparse_dense_forward(const Network *network, Layer *layer, int cells) {
  const SparseRows *rows = rows_of_batch(network, layer);
  if (rows->numbers) select_active_rows(layer, cells);
  sparse_dense_forward_some(layer, rows, rows->numbers ? rows->values : layer->weight.value, (Range){0, cells});
  if (layer->activation != ACT_RELU) activate(layer->activation, layer->output, NULL, cells, layer->out);
}

/* The gradient of every input: the terms of the outputs it reaches. */
INLINE void input_rows(const int cells, const Layer *layer, const float *gradient, float *input_gradient, int cell) {
  const Tensor *w = &layer->weight;
  const SparseIndex *index = &layer->sparse;
  int64_t input_cell = (int64_t)w->columns * CELL, output_cell = (int64_t)w->rows * CELL;
  gradient += cell * output_cell;
  input_gradient += cell * input_cell;
  for (int c = 0; c < w->columns; c++) {
    vf sums[SPARSE_CELLS * VPC];
    UNROLL for (int j = 0; j < cells * VPC; j++) sums[j] = splat(0);
    for (int t = index->term_starts[c]; t < index->term_starts[c + 1]; t++) {
      const float *g = gradient + index->terms[t].output;
      vf value = splat(w->value[index->terms[t].value]);
      UNROLL for (int j = 0; j < cells * VPC; j++) sums[j] = value * load(g + column(j, output_cell)) + sums[j];
    }
    UNROLL for (int j = 0; j < cells * VPC; j++) store(input_gradient + c * CELL + column(j, input_cell), sums[j]);
  }
}

NOINLINE void input_rows_of_group(const Layer *layer, const float *gradient, float *input_gradient, int cell) {
  input_rows(SPARSE_CELLS, layer, gradient, input_gradient, cell);
}
NOINLINE void input_rows_of_cell(const Layer *layer, const float *gradient, float *input_gradient, int cell) {
  input_rows(1, layer, gradient, input_gradient, cell);
}

static void sparse_dense_backward_input(const Layer *layer, const float *gradient, float *input_gradient, Range cells) {
  int cell = cells.from;
  for (; cell + SPARSE_CELLS <= cells.end; cell += SPARSE_CELLS)
    input_rows_of_group(layer, gradient, input_gradient, cell);
  for (; cell < cells.end; cell++) input_rows_of_cell(layer, gradient, input_gradient, cell);
}

/* The gradients of a row's values, four at a time: dot products over the examples of the batch. */
INLINE void row_gradients(const int known_cells, int cells, const float *gradient, int64_t gradient_cell,
                          const float *input, int64_t input_cell, const SparseRows *rows, int row, float *result) {
  int start = rows->starts[row], end = rows->starts[row + 1];
  if (known_cells) cells = known_cells;
  for (int n = start; n < end; n += 4) {
    const float *x[4];
    vf sums[4];
    UNROLL for (int i = 0; i < 4; i++) {
      x[i] = input + rows->inputs[n + i < end ? n + i : end - 1];
      sums[i] = splat(0);
    }
    UNROLL for (int cell = 0; cell < cells; cell++) UNROLL for (int lane = 0; lane < CELL; lane += VL) {
        vf g = load(gradient + cell * gradient_cell + lane);
        UNROLL for (int i = 0; i < 4; i++) sums[i] = g * load(x[i] + cell * input_cell + lane) + sums[i];
      }
    v4 four = sums4(sums[0], sums[1], sums[2], sums[3]);
    if (!rows->numbers)
      *(v4 *)(result + n) = four; /* past the row's end, too: the next row writes after it */
    else
      for (int i = 0; i < smaller(4, end - n); i++) result[rows->numbers[n + i]] = four[i];
  }
}

/*
 * Weight and bias. The optimizer follows row by row, as soon as a whole vector has its gradient: its divisions
 * and roots then overlap with the next row's sums.
 */
static void sparse_dense_backward_weight(Network *network, Layer *layer, const float *gradient, int cells,
                                         const Sink *sink) {
  Tensor *w = &layer->weight;
  const SparseIndex *index = &layer->sparse;
  const SparseRows *rows = rows_of_batch(network, layer);
  float *result = network->gradient;
  int64_t input_cell = (int64_t)w->columns * CELL, gradient_cell = (int64_t)w->rows * CELL, done = 0;
  for (int row = 0; row < w->rows; row++) {
    const float *g = gradient + row * CELL;
    if (rows->numbers)
      for (int n = index->rows.starts[row]; n < index->rows.starts[row + 1]; n++) result[n] = 0;
    if (cells == SPARSE_CELLS)
      row_gradients(SPARSE_CELLS, 0, g, gradient_cell, layer->input, input_cell, rows, row, result);
    else
      row_gradients(0, cells, g, gradient_cell, layer->input, input_cell, rows, row, result);
    int64_t ready = index->rows.starts[row + 1] / CELL * CELL;
    if (sink->update && ready > done) {
      update_values(sink->update, w, done, result + done, ready - done);
      done = ready;
    }
  }
  for (int64_t n = w->kept; n < stored_size(w); n++) result[n] = 0;
  if (sink->update)
    update_values(sink->update, w, done, result + done, stored_size(w) - done);
  else
    add_gradient(w, result, sink->sums + w->flat_offset);
  deliver_bias(&ALONE, network, sink, layer, gradient, cells, 1);
}
