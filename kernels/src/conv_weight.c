/* The weight gradient of convolutions: each weight's is a dot product over examples and positions. */
#include "backward.h"
#include "gemm.h"

/* A tile of weights: output channels x neighbours in a kernel's row. */
#if VL == 16
enum { DOT_ROWS = 5, DOT_COLUMNS = 5 };
#else
enum { DOT_ROWS = 2, DOT_COLUMNS = 5 };
#endif

/* What the sums of a tile run over. */
typedef struct {
  int cells, height, width;          /* of the output gradient */
  const float *gradient;             /* first output channel of the tile, first cell */
  int64_t gradient_cell, gradient_plane, gradient_row;
  const float *input;                /* first tap of the tile, first cell */
  int64_t input_cell, input_row, input_step; /* to the next cell, output row, output column */
} Dot;

INLINE void dot_tile(const int rows, const int columns, const Dot *d, float *result) {
  vf sums[DOT_ROWS][DOT_COLUMNS];
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < columns; j++) sums[i][j] = splat(0);
  for (int cell = 0; cell < d->cells; cell++)
    for (int y = 0; y < d->height; y++) {
      const float *gradient = d->gradient + cell * d->gradient_cell + y * d->gradient_row;
      const float *input = d->input + cell * d->input_cell + y * d->input_row;
      for (int x = 0; x < d->width; x++, gradient += CELL, input += d->input_step)
        for (int lane = 0; lane < CELL; lane += VL) {
          vf g[DOT_ROWS];
          UNROLL for (int i = 0; i < rows; i++) g[i] = load(gradient + i * d->gradient_plane + lane);
          UNROLL for (int j = 0; j < columns; j++) {
            vf value = load(input + j * CELL + lane);
            UNROLL for (int i = 0; i < rows; i++) sums[i][j] = g[i] * value + sums[i][j];
          }
        }
    }
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) result[i * DOT_COLUMNS + j] = sum(sums[i][j]);
}

INLINE void dot_columns(const int rows, int columns, const Dot *d, float *result) {
  switch (columns) {
    case 1: dot_tile(rows, 1, d, result); break;
    case 2: dot_tile(rows, 2, d, result); break;
    case 3: dot_tile(rows, 3, d, result); break;
    case 4: dot_tile(rows, 4, d, result); break;
    default: dot_tile(rows, 5, d, result);
  }
}

NOINLINE void dot_product_tile(int rows, int columns, const Dot *d, float *result) {
  switch (rows) {
    case 1: dot_columns(1, columns, d, result); break;
#if VL == 16
    case 2: dot_columns(2, columns, d, result); break;
    case 3: dot_columns(3, columns, d, result); break;
    case 4: dot_columns(4, columns, d, result); break;
#endif
    default: dot_columns(DOT_ROWS, columns, d, result);
  }
}

/*
 * Adds to network->gradient what `cells` cells from `first_cell` on contribute; `gradient` is theirs, of the
 * convolution's own output, before a fused pooling.
 */
static void conv_backward_weight(const Team *team, Network *network, const Layer *layer, const float *gradient,
                                 int first_cell, int cells) {
  int height = layer->in.height + 2 * layer->padding, width = layer->in.width + 2 * layer->padding;
  int64_t input_cell = (int64_t)layer->in.channels * height * width * CELL;
  const float *input = (layer->padding > 0 ? layer->padded : layer->input) + first_cell * input_cell;
  int64_t plane = (int64_t)layer->convolved.height * layer->convolved.width * CELL;
  int tiles = parts(layer->out.channels, DOT_ROWS), chunks = parts(layer->kernel_width, DOT_COLUMNS);
  int kernel_rows = layer->in.channels * layer->kernel_height, pieces = kernel_rows * chunks;
  Range mine = share(team, tiles * pieces);
  float result[DOT_ROWS * DOT_COLUMNS];
  for (int n = mine.from; n < mine.end; n++) {
    int t = n / pieces, kernel_row = n % pieces / chunks, chunk = n % chunks;
    int channel = kernel_row / layer->kernel_height, i = kernel_row % layer->kernel_height;
    int first = part_start(layer->out.channels, tiles, t);
    int rows = part_start(layer->out.channels, tiles, t + 1) - first;
    int j = part_start(layer->kernel_width, chunks, chunk);
    int columns = part_start(layer->kernel_width, chunks, chunk + 1) - j;
    Dot d = {.cells = cells, .height = layer->convolved.height, .width = layer->convolved.width,
             .gradient = gradient + first * plane, .gradient_cell = plane * layer->out.channels,
             .gradient_plane = plane, .gradient_row = (int64_t)layer->convolved.width * CELL,
             .input = input + (((int64_t)channel * height + i) * width + j) * CELL, .input_cell = input_cell,
             .input_row = (int64_t)layer->stride * width * CELL, .input_step = layer->stride * CELL};
    dot_product_tile(rows, columns, &d, result);
    int64_t at = (int64_t)first * layer->weight.pitch + kernel_row * layer->kernel_width + j;
    for (int row = 0; row < rows; row++, at += layer->weight.pitch)
      for (int c = 0; c < columns; c++) network->gradient[at + c] += result[row * DOT_COLUMNS + c];
  }
}

/*
 * `gradient` is of the layer's output; `input_gradient` is null when nobody needs it. A few cells at a time,
 * whose values stay in the second-level cache while all tiles of weights pass over them.
 */
static void conv_backward(Team *team, Network *network, Layer *layer, const float *gradient, float *input_gradient,
                          int cells, const Sink *sink) {
  int64_t in_size = shape_size(layer->in) * CELL, out_size = shape_size(layer->out) * CELL;
  if (input_gradient)
    pack_inputs(team, &layer->weight, layer->in.channels, parts(layer->in.channels, TILE_ROWS), network->packed);
  Range mine = share(team, (int)(layer->weight.padded_size / CELL));
  for (int64_t i = (int64_t)mine.from * CELL; i < (int64_t)mine.end * CELL; i++) network->gradient[i] = 0;
  for (int cell = 0; cell < cells; cell += CELLS_AT_ONCE) {
    int count = smaller(CELLS_AT_ONCE, cells - cell);
    const float *convolved = gradient + cell * out_size;
    if (layer->pooled) {
      if (cell > 0) barrier(team); /* until the cells before are done with */
      unpool(team, layer, convolved, layer->argmax + cell * out_size, network->unpooled, count);
      convolved = network->unpooled;
    }
    if (cell == 0 || layer->pooled) barrier(team);
    if (input_gradient) conv_backward_input(team, network, layer, convolved, input_gradient + cell * in_size, count);
    conv_backward_weight(team, network, layer, convolved, cell, count);
  }
  barrier(team);
  deliver(team, sink, &layer->weight, network->gradient);
  deliver_bias(team, network, sink, layer, gradient, cells, (int64_t)layer->out.height * layer->out.width);
}
