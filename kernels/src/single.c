/*
 * The forward pass of one example. In cells it would take one lane of sixteen and all their memory; here its values
 * lie one after the other, [channel][y][x], at the beginning of each layer's buffer, with zeros up to a multiple of
 * CELL. Vectors run over inputs, outputs or positions. Sums thus have another order than those of a batch: the
 * outputs are the same but for rounding.
 */
#include "network.h"

/* Sixteen values from anywhere at once, where the CPU has an instruction for that. */
#if defined(__AVX512F__) && VL == 16
#define GATHERS 1
#include <immintrin.h>
#endif

/* CELL is two to this. */
enum { CELL_BITS = 4 };

/* Zeros behind the last value: a vector that reaches beyond it adds nothing. */
static void pad_to_cell(float *values, int64_t count) {
  for (int64_t i = count; i < round_up(count, CELL); i++) values[i] = 0;
}

static void read_example(const Network *network, const Examples *examples, int64_t example) {
  int64_t count = shape_size(network->in), start = example * network->example_size;
  for (int64_t f = 0; f < count; f++)
    network->input[f] = value_at(examples, start + (network->features ? network->features[f] : f));
  pad_to_cell(network->input, count);
}

/* A row's sum over its kept values; inputs lie CELL apart in the index, and one apart in `x`. */
INLINE float kept_sum(const float *value, const int32_t *inputs, int count, const float *x) {
#ifdef GATHERS
  vf sums = splat(0);
  for (int n = 0; n < count; n += VL) {
    __mmask16 these = count - n >= VL ? 0xffff : (__mmask16)((1 << (count - n)) - 1);
    __m512i at = _mm512_srli_epi32(_mm512_maskz_loadu_epi32(these, inputs + n), CELL_BITS);
    __m512 inputs_there = _mm512_mask_i32gather_ps(_mm512_setzero_ps(), these, at, x, sizeof(float));
    sums = (vf)_mm512_maskz_loadu_ps(these, value + n) * (vf)inputs_there + sums;
  }
  return sum(sums);
#else
  float sums[4] = {0};
  int n = 0;
  for (; n + 4 <= count; n += 4)
    UNROLL for (int i = 0; i < 4; i++) sums[i] = value[n + i] * x[inputs[n + i] >> CELL_BITS] + sums[i];
  for (; n < count; n++) sums[n % 4] += value[n] * x[inputs[n] >> CELL_BITS];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
#endif
}

static void single_sparse_dense(const Layer *layer) {
  const SparseRows *rows = &layer->sparse.rows;
  for (int row = 0; row < layer->weight.rows; row++) {
    int start = rows->starts[row];
    layer->output[row] = kept_sum(layer->weight.value + start, rows->inputs + start, rows->starts[row + 1] - start,
                                  layer->input);
  }
}

/* Four rows of the weight at a time share the loads of the input. */
static void single_dense(const Layer *layer) {
  const Tensor *w = &layer->weight;
  for (int row = 0; row < w->rows; row += 4) {
    const float *a[4];
    vf sums[4];
    UNROLL for (int i = 0; i < 4; i++) {
      a[i] = w->value + (int64_t)smaller(row + i, w->rows - 1) * w->pitch;
      sums[i] = splat(0);
    }
    for (int c = 0; c < w->pitch; c += VL) {
      vf x = load(layer->input + c);
      UNROLL for (int i = 0; i < 4; i++) sums[i] = x * load(a[i] + c) + sums[i];
    }
    v4 four = sums4(sums[0], sums[1], sums[2], sums[3]);
    for (int i = 0; i < smaller(4, w->rows - row); i++) layer->output[row + i] = four[i];
  }
}

/* A weight that is stored by column: the columns of inputs that are not zero, four at a time. */
static void single_skipping(const Layer *layer) {
  const Tensor *w = &layer->weight;
  for (int r = 0; r < w->pitch; r += VL) store(layer->output + r, splat(0));
  for (int c = 0; c < w->columns;) {
    const float *column[4];
    vf x[4];
    int count = 0;
    for (; c < w->columns && count < 4; c++) {
      if (layer->input[c] == 0) continue;
      column[count] = w->value + (int64_t)c * w->pitch;
      x[count++] = splat(layer->input[c]);
    }
    for (int i = count; i < 4; i++) column[i] = w->value, x[i] = splat(0);
    for (int r = 0; r < w->pitch && count > 0; r += VL) {
      vf total = load(layer->output + r);
      UNROLL for (int i = 0; i < 4; i++) total = x[i] * load(column[i] + r) + total;
      store(layer->output + r, total);
    }
  }
}

/* The input with its border, plane after plane. */
static void line_up(const Network *network, const Layer *layer) {
  int p = layer->padding, height = layer->in.height, width = layer->in.width, row = width + 2 * p;
  int64_t plane = (int64_t)(height + 2 * p) * row;
  const float *from = layer->input;
  for (int64_t i = 0; p > 0 && i < layer->in.channels * plane; i++) network->lined[i] = 0;
  for (int c = 0; c < layer->in.channels; c++)
    for (int y = 0; y < height; y++, from += width) {
      float *to = network->lined + c * plane + (int64_t)(y + p) * row + p;
      for (int x = 0; x < width; x++) to[x] = from[x];
    }
}

/* sums[j] = sum over taps of value * input, for so many vectors of positions. */
INLINE void stretch_sums(const int vectors, const float *value, const int32_t *inputs, int count, const float *from,
                         float *found) {
  vf sums[STRETCH];
  UNROLL for (int j = 0; j < vectors; j++) sums[j] = splat(0);
  for (int n = 0; n < count; n++) {
    vf w = splat(value[n]);
    const float *x = from + (inputs[n] >> CELL_BITS);
    UNROLL for (int j = 0; j < vectors; j++) sums[j] = w * load(x + j * VL) + sums[j];
  }
  UNROLL for (int j = 0; j < vectors; j++) store(found + j * VL, sums[j]);
}

NOINLINE void stretch(int vectors, const float *value, const int32_t *inputs, int count, const float *from,
                      float *found) {
  if (vectors <= 2)
    stretch_sums(2, value, inputs, count, from, found);
  else if (vectors <= 4)
    stretch_sums(4, value, inputs, count, from, found);
  else if (vectors <= 6)
    stretch_sums(6, value, inputs, count, from, found);
  else
    stretch_sums(8, value, inputs, count, from, found);
}

/*
 * One channel of a convolution: the input's plane is taken as one row, and sums are found at all its positions; those at
 * which the kernel would reach into the next line, or that the stride leaves out, have no place in the output.
 */
static void single_channel(const Network *network, const Layer *layer, const float *value, const int32_t *inputs,
                           int count, float *output) {
  int row = layer->in.width + 2 * layer->padding, width = layer->convolved.width, height = layer->convolved.height;
  int end = (height - 1) * layer->stride * row + (width - 1) * layer->stride + 1;
  int y = 0, x = 0, at = 0;
  for (int first = 0; first < end; first += STRETCH * VL) {
    float found[STRETCH * VL];
    stretch(smaller(STRETCH, parts(end - first, VL)), value, inputs, count, network->lined + first, found);
    while (y < height && at < first + STRETCH * VL) {
      *output++ = found[at - first];
      if (++x == width) x = 0, y++;
      at = y * layer->stride * row + x * layer->stride;
    }
  }
}

/* A fused pooling: the largest of each two by two, or a NaN, then ReLU. */
static void single_pool_by_two(const Layer *layer, const float *plane, float shift, float *output) {
  int width = layer->convolved.width;
  for (int y = 0; y < layer->out.height; y++)
    for (int x = 0; x < layer->out.width; x++) {
      const float *four = plane + 2 * y * width + 2 * x;
      float best = four[0], others[3] = {four[1], four[width], four[width + 1]};
      for (int i = 0; i < 3; i++)
        if (others[i] > best || others[i] != others[i]) best = others[i];
      best += shift;
      *output++ = best <= 0 ? 0 : best;
    }
}

static void single_conv(const Network *network, const Layer *layer) {
  const Tensor *w = &layer->weight;
  int64_t plane = (int64_t)layer->out.height * layer->out.width;
  /* Of a weight that is stored whole the inputs of a row's columns, in the room for packed weights. */
  int32_t *columns = (int32_t *)network->packed;
  for (int c = 0; !w->compact && c < w->columns; c++) columns[c] = input_offset(layer, c);
  line_up(network, layer);
  for (int row = 0; row < w->rows; row++) {
    int start = w->compact ? layer->sparse.rows.starts[row] : 0;
    int count = w->compact ? layer->sparse.rows.starts[row + 1] - start : w->columns;
    const float *value = w->value + (w->compact ? start : (int64_t)row * w->pitch);
    const int32_t *inputs = w->compact ? layer->sparse.rows.inputs + start : columns;
    float *output = layer->output + row * plane;
    single_channel(network, layer, value, inputs, count, layer->pooled ? network->unpooled : output);
    if (layer->pooled) single_pool_by_two(layer, network->unpooled, layer->shift[row], output);
  }
}

static void single_pool(const Layer *layer) {
  int64_t plane = (int64_t)layer->in.height * layer->in.width;
  float *output = layer->output;
  for (int c = 0; c < layer->out.channels; c++)
    for (int y = 0; y < layer->out.height; y++)
      for (int x = 0; x < layer->out.width; x++) {
        const float *corner = layer->input + c * plane + (y * layer->in.width + x) * layer->stride;
        float best = *corner;
        for (int i = 0; i < layer->window; i++)
          for (int j = 0; j < layer->window; j++) {
            float value = corner[i * layer->in.width + j];
            if (value > best || value != value) best = value;
          }
        *output++ = best;
      }
}

/* Adds to each channel what is added to it. */
static void single_shift(const Layer *layer) {
  int64_t plane = (int64_t)layer->out.height * layer->out.width;
  for (int c = 0; c < layer->out.channels; c++)
    for (int64_t i = 0; i < plane; i++) layer->output[c * plane + i] += layer->shift[c];
}

/* One example through the network. Returns the last layer's outputs. */
static const float *single_forward(Network *network, const Examples *examples, int64_t example) {
  read_example(network, examples, example);
  const float *output = network->input;
  for (int i = 0; i < network->layer_count; i++) {
    Layer *layer = &network->layers[i];
    int64_t size = shape_size(layer->out);
    if (layer->weight.rows > 0 && !network->constants_known) constants_forward(layer);
    if (layer->kind == LAYER_CONV)
      single_conv(network, layer);
    else if (layer->kind == LAYER_POOL)
      single_pool(layer);
    else if (layer->kind == LAYER_ACTIVATION)
      for (int64_t j = 0; j < size; j++) layer->output[j] = layer->input[j];
    else if (layer->weight.compact)
      single_sparse_dense(layer);
    else if (layer->weight.by_column)
      single_skipping(layer);
    else
      single_dense(layer);
    if (layer->weight.rows > 0 && !layer->pooled) single_shift(layer);
    pad_to_cell(layer->output, size);
    /* Pooling has its own ReLU. Padding may become another number than 0. */
    if (!layer->pooled && layer->activation != ACT_NONE) {
      activate(layer->activation, layer->output, NULL, 1, (Shape){parts((int)size, CELL), 1, 1});
      pad_to_cell(layer->output, size);
    }
    output = layer->output;
  }
  network->constants_known = 1;
  return output;
}
