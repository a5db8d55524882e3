/*
 * Convolutions of which few weights are kept: each kept tap shifts a whole plane, cell by cell. Vectors run over
 * examples, one vector of a cell at a time, so any stride and padding works.
 */
#include "backward.h"
#include "gemm.h"

/* Positions of a window: two rows of so many neighbours have their sums in registers. Even, for pooling. */
enum { WINDOW = VL == 16 ? 8 : 4 };

/* Of one cell: planes with their border, between which a convolution's taps lead. */
typedef struct {
  int height, width; /* of the convolution's output */
  int64_t in_row, in_plane, in_cell, out_plane;
  int64_t row_step, step; /* between the inputs of neighbouring outputs */
} Geometry;

static Geometry geometry_of(const Layer *layer) {
  int64_t row = (int64_t)(layer->in.width + 2 * layer->padding) * CELL;
  int64_t plane = (layer->in.height + 2 * layer->padding) * row;
  return (Geometry){.height = layer->convolved.height,
                    .width = layer->convolved.width,
                    .in_row = row,
                    .in_plane = plane,
                    .in_cell = layer->in.channels * plane,
                    .out_plane = (int64_t)layer->convolved.height * layer->convolved.width * CELL,
                    .row_step = layer->stride * row,
                    .step = (int64_t)layer->stride * CELL};
}

typedef vf Window[2][WINDOW];

/* sums[r][j] = sum over taps from `start` to `end` of value * input, at neighbours j of two rows. */
INLINE void window_sums(const int width, const int64_t step, const float *value, const int32_t *inputs, int start,
                        int end, const float *top, const float *bottom, Window sums) {
  UNROLL for (int j = 0; j < width; j++) sums[0][j] = sums[1][j] = splat(0);
  for (int n = start; n < end; n++) {
    vf w = splat(value[n]);
    const float *x = top + inputs[n], *y = bottom + inputs[n];
    UNROLL for (int j = 0; j < width; j++) {
      sums[0][j] = w * load(x + j * step) + sums[0][j];
      sums[1][j] = w * load(y + j * step) + sums[1][j];
    }
  }
}

/* What becomes of a window's sums: rows of outputs, or pooled ones with their winners. */
typedef struct {
  float shift;
  int pooled, activation;
  float *top, *bottom;
  int32_t *winner;
} WindowEnd;

INLINE void window(const int width, const int64_t step, const float *value, const int32_t *inputs, int start, int end,
                   const float *top, const float *bottom, const WindowEnd *to) {
  Window sums;
  window_sums(width, step, value, inputs, start, end, top, bottom, sums);
  vf shift = splat(to->shift);
  if (to->pooled) {
    UNROLL for (int j = 0; j + 1 < width; j += 2) {
      vf four[4] = {sums[0][j], sums[0][j + 1], sums[1][j], sums[1][j + 1]};
      pool_four(four, shift, to->top + j / 2 * CELL, to->winner + j / 2 * CELL);
    }
    return;
  }
  UNROLL for (int j = 0; j < width; j++) {
    vf a = sums[0][j] + shift, b = sums[1][j] + shift;
    store(to->top + j * CELL, to->activation == ACT_RELU ? relu(a) : a);
    store(to->bottom + j * CELL, to->activation == ACT_RELU ? relu(b) : b);
  }
}

#define WINDOW_CASE(n, step) \
  case n: window(n, step, value, inputs, start, end, top, bottom, to); break;
#if VL == 16
#define WINDOW_CASES(step)                                                                          \
  WINDOW_CASE(1, step) WINDOW_CASE(2, step) WINDOW_CASE(3, step) WINDOW_CASE(4, step) WINDOW_CASE(5, step) \
  WINDOW_CASE(6, step) WINDOW_CASE(7, step) WINDOW_CASE(8, step)
#else
#define WINDOW_CASES(step) WINDOW_CASE(1, step) WINDOW_CASE(2, step) WINDOW_CASE(3, step) WINDOW_CASE(4, step)
#endif

NOINLINE void adjacent_window(int width, const float *value, const int32_t *inputs, int start, int end,
                              const float *top, const float *bottom, const WindowEnd *to) {
  switch (width) { WINDOW_CASES(CELL) }
}

NOINLINE void strided_window(int width, int64_t step, const float *value, const int32_t *inputs, int start, int end,
                             const float *top, const float *bottom, const WindowEnd *to) {
  switch (width) { WINDOW_CASES(step) }
}

/* A pair of rows from `y` of one output channel; windows at the end of a row may overlap. */
static void forward_row_pair(const Layer *layer, const Geometry *g, const float *input, int row, int y, float *output,
                             int32_t *winner) {
  const int32_t *starts = layer->sparse.rows.starts + row;
  int total = layer->pooled ? 2 * layer->out.width : g->width, width = smaller(total, WINDOW);
  int second = smaller(y + 1, g->height - 1);
  int64_t pooled_row = (int64_t)y / 2 * layer->out.width * CELL, out_row = (int64_t)g->width * CELL;
  for (int at = 0; at < total; at += width) {
    int x = smaller(at, total - width);
    for (int lane = 0; lane < CELL; lane += VL) {
      const float *top = input + y * g->row_step + x * g->step + lane;
      const float *bottom = input + second * g->row_step + x * g->step + lane;
      WindowEnd to = {.shift = layer->shift[row], .pooled = layer->pooled, .activation = layer->activation};
      if (layer->pooled) {
        to.top = output + pooled_row + x / 2 * CELL + lane;
        to.winner = winner + pooled_row + x / 2 * CELL + lane;
      } else {
        to.top = output + y * out_row + x * CELL + lane;
        to.bottom = output + second * out_row + x * CELL + lane;
      }
      if (layer->stride == 1)
        adjacent_window(width, layer->weight.value, layer->sparse.rows.inputs, starts[0], starts[1], top, bottom, &to);
      else
        strided_window(width, g->step, layer->weight.value, layer->sparse.rows.inputs, starts[0], starts[1], top, bottom,
                       &to);
    }
  }
}

static void sparse_conv_forward(Layer *layer, int cells) {
  const Geometry g = geometry_of(layer);
  const float *input = pad_input(&ALONE, layer, cells);
  int rows = layer->pooled ? 2 * layer->out.height : g.height;
  int64_t plane = (int64_t)layer->out.height * layer->out.width * CELL, size = layer->out.channels * plane;
  for (int cell = 0; cell < cells; cell++)
    for (int y = 0; y < rows; y += 2)
      for (int row = 0; row < layer->out.channels; row++) {
        int64_t to = cell * size + row * plane;
        forward_row_pair(layer, &g, input + cell * g.in_cell, row, y, layer->output + to,
                         layer->pooled ? layer->argmax + to : NULL);
      }
  if (!layer->pooled && layer->activation != ACT_RELU)
    activate(layer->activation, layer->output, NULL, cells, layer->out);
}

/* Adds to result[i] the gradient of the tap at inputs[i], i < 4, over one cell's plane. */
NOINLINE void four_tap_gradients(const Geometry *g, const float *gradient, const float *input, const int32_t *inputs,
                                 vf *sums) {
  vf even[4], odd[4];
  const float *x[4];
  UNROLL for (int i = 0; i < 4; i++) {
    even[i] = odd[i] = splat(0);
    x[i] = input + inputs[i];
  }
  int64_t row = (int64_t)g->width * CELL;
  for (int y = 0; y < g->height; y++, gradient += row) {
    int64_t from = y * g->row_step, f = 0;
    if (g->step == CELL) {
      for (; f + 2 * VL <= row; f += 2 * VL) {
        vf a = load(gradient + f), b = load(gradient + f + VL);
        UNROLL for (int i = 0; i < 4; i++) {
          even[i] = a * load(x[i] + from + f) + even[i];
          odd[i] = b * load(x[i] + from + f + VL) + odd[i];
        }
      }
    }
    for (; f < row; f += VL) {
      vf a = load(gradient + f);
      int64_t at = from + f / CELL * g->step + f % CELL;
      UNROLL for (int i = 0; i < 4; i++) even[i] = a * load(x[i] + at) + even[i];
    }
  }
  UNROLL for (int i = 0; i < 4; i++) sums[i] = even[i] + odd[i];
}

/* One output channel's taps over one cell. */
static void tap_gradients(const Geometry *g, const SparseIndex *index, int row, const float *gradient,
                          const float *input, float *result) {
  int start = index->rows.starts[row], end = index->rows.starts[row + 1];
  for (int n = start; n < end; n += 4) {
    int32_t inputs[4];
    vf sums[4];
    for (int i = 0; i < 4; i++) inputs[i] = index->rows.inputs[smaller(n + i, end - 1)];
    four_tap_gradients(g, gradient, input, inputs, sums);
    v4 four = sums4(sums[0], sums[1], sums[2], sums[3]);
    for (int i = 0; i < smaller(4, end - n); i++) result[n + i] += four[i];
  }
}

/* plane[...] += value * gradient, spread over the inputs that a tap reads. */
INLINE void scatter_tap(const Geometry *g, const int64_t step, float value, const float *gradient, float *plane) {
  vf w = splat(value);
  int64_t row = (int64_t)g->width * CELL;
  for (int y = 0; y < g->height; y++, gradient += row) {
    float *to = plane + y * g->row_step;
    if (step == CELL) {
      UNROLL for (int64_t f = 0; f < row; f += VL) store(to + f, w * load(gradient + f) + load(to + f));
    } else {
      for (int64_t f = 0; f < row; f += VL) {
        float *at = to + f / CELL * step + f % CELL;
        store(at, w * load(gradient + f) + load(at));
      }
    }
  }
}

/* One input channel's gradient of one cell; `plane` has the border. */
NOINLINE void scatter_channel(const Layer *layer, const Geometry *g, int channel, const float *gradient, float *plane) {
  const SparseIndex *index = &layer->sparse;
  for (int64_t i = 0; i < g->in_plane; i += VL) store(plane + i, splat(0));
  for (int t = index->term_starts[channel]; t < index->term_starts[channel + 1]; t++) {
    Term term = index->terms[t];
    float *to = plane + index->rows.inputs[term.value] - channel * g->in_plane, value = layer->weight.value[term.value];
    if (layer->stride == 1)
      scatter_tap(g, CELL, value, gradient + term.output, to);
    else
      scatter_tap(g, g->step, value, gradient + term.output, to);
  }
}

/* A plane without its border. */
static void crop(const Layer *layer, const Geometry *g, const float *bordered, float *plane) {
  bordered += layer->padding * (g->in_row + CELL);
  for (int y = 0; y < layer->in.height; y++, bordered += g->in_row)
    for (int i = 0; i < layer->in.width * CELL; i += VL, plane += VL) store(plane, load(bordered + i));
}

static void sparse_conv_backward_input(Network *network, const Layer *layer, const Geometry *g, const float *gradient,
                                       float *input_gradient) {
  int64_t plane = (int64_t)layer->in.height * layer->in.width * CELL;
  for (int c = 0; c < layer->in.channels; c++, input_gradient += plane) {
    scatter_channel(layer, g, c, gradient, layer->padding > 0 ? network->bordered : input_gradient);
    if (layer->padding > 0) crop(layer, g, network->bordered, input_gradient);
  }
}

/* As conv_backward; cell by cell, so that a cell's gradients stay in cache. */
static void sparse_conv_backward(Network *network, Layer *layer, const float *gradient, float *input_gradient,
                                 int cells, const Sink *sink) {
  const Geometry g = geometry_of(layer);
  Tensor *w = &layer->weight;
  const float *input = layer->padding > 0 ? layer->padded : layer->input;
  float *result = network->gradient;
  int64_t size = shape_size(layer->out) * CELL, plane = size / layer->out.channels;
  for (int64_t n = 0; n < stored_size(w); n++) result[n] = 0;
  for (int cell = 0; cell < cells; cell++) {
    const float *convolved = layer->pooled ? network->unpooled : gradient + cell * size;
    for (int row = 0; row < w->rows; row++) {
      if (layer->pooled)
        unpool_plane(layer, gradient + cell * size + row * plane, layer->argmax + cell * size + row * plane,
                     network->unpooled + row * g.out_plane);
      tap_gradients(&g, &layer->sparse, row, convolved + row * g.out_plane, input + cell * g.in_cell, result);
    }
    if (input_gradient)
      sparse_conv_backward_input(network, layer, &g, convolved,
                                 input_gradient + cell * shape_size(layer->in) * CELL);
  }
  deliver(&ALONE, sink, w, result);
  deliver_bias(&ALONE, network, sink, layer, gradient, cells, plane / CELL);
}
