/* Dense layers: y = W x + b. */
#include "gemm.h"
#include "backward.h"

/* Columns of a panel: of the transposed input, the columns of one weight-gradient tile. */
enum { PANEL = TILE_VECTORS * VL };

/* Panels that fit into the second-level cache with room to spare. */
enum { PANEL_BYTES = 512 * 1024 };

static void dense_forward(const Team *team, Layer *layer, int cells) {
  const Tensor *w = &layer->weight;
  Range mine = share(team, w->rows);
  product(&(Product){.rows = w->rows, .depth = w->columns, .cells = cells, .a = w->value, .a_row = w->pitch,
                     .a_step = 1, .b = layer->input, .c = layer->output}, mine);
  activate_some(layer->activation, layer->output, layer->shift, cells, layer->out, mine);
}

/* The gradient with respect to the input: W^T dy. */
static void dense_backward_input(const Team *team, const Layer *layer, const float *gradient, float *input_gradient,
                                 int cells) {
  const Tensor *w = &layer->weight;
  product(&(Product){.rows = w->columns, .depth = w->rows, .cells = cells, .a = w->value, .a_row = 1,
                     .a_step = w->pitch, .b = gradient, .c = input_gradient},
          share(team, w->columns));
}

INLINE void transpose4(const float *from, int64_t from_pitch, float *to, int64_t to_pitch) {
  v4 a = *(const v4 *)from, b = *(const v4 *)(from + from_pitch);
  v4 c = *(const v4 *)(from + 2 * from_pitch), d = *(const v4 *)(from + 3 * from_pitch);
  v4 p = SHUFFLE4(a, b, 0, 4, 1, 5), q = SHUFFLE4(a, b, 2, 6, 3, 7);
  v4 r = SHUFFLE4(c, d, 0, 4, 1, 5), s = SHUFFLE4(c, d, 2, 6, 3, 7);
  *(v4 *)to = SHUFFLE4(p, r, 0, 1, 4, 5);
  *(v4 *)(to + to_pitch) = SHUFFLE4(p, r, 2, 3, 6, 7);
  *(v4 *)(to + 2 * to_pitch) = SHUFFLE4(q, s, 0, 1, 4, 5);
  *(v4 *)(to + 3 * to_pitch) = SHUFFLE4(q, s, 2, 3, 6, 7);
}

/* [cell][feature][CELL] to [example][width], for `width` features from `first`; past the last there are zeros. */
static void transpose_cells(const float *cells, int cell_count, int features, int first, int width, float *rows) {
  for (int cell = 0; cell < cell_count; cell++)
    for (int c = 0; c < width; c += 4) {
      const float *from = cells + ((int64_t)cell * features + first + c) * CELL;
      float *to = rows + (int64_t)cell * CELL * width + c;
      if (first + c + 4 <= features) {
        for (int e = 0; e < CELL; e += 4) transpose4(from + e, CELL, to + e * width, width);
      } else {
        for (int e = 0; e < CELL; e++)
          for (int i = 0; i < 4; i++) to[e * width + i] = first + c + i < features ? from[i * CELL + e] : 0;
      }
    }
}

/*
 * [cell][feature][CELL] to [panel][example][PANEL]. Features are padded with zeros to a multiple of CELL; the
 * vectors that do not fill a panel follow as panels of one vector.
 */
static void transpose_to_panels(const Team *team, const float *cells, int cell_count, int features, int padded,
                                float *panels) {
  int wide = padded / PANEL;
  Range mine = share(team, wide + (padded - wide * PANEL) / VL);
  for (int f = 0, width, panel = 0; f < padded; f += width, panel++) {
    width = f + PANEL <= padded ? PANEL : VL;
    if (panel >= mine.from && panel < mine.end)
      transpose_cells(cells, cell_count, features, f, width, panels + (int64_t)f * cell_count * CELL);
  }
}

/* A tile of dW = dy x^T: rows are outputs, columns are inputs, and the sum runs over the examples. */
INLINE void weight_tile(const int rows, const int vectors, const float *gradient, int outputs, const float *panel,
                        int cells, float *result) {
  Tile sums;
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < vectors; j++) sums[i][j] = splat(0);
  for (int cell = 0; cell < cells; cell++)
    accumulate(rows, vectors, sums, gradient + (int64_t)cell * outputs * CELL, CELL, 1,
               panel + (int64_t)cell * CELL * vectors * VL, vectors * VL, CELL, CELL);
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < vectors; j++)
      store(result + i * PANEL + j * VL, sums[i][j]);
}

NOINLINE void weight_wide_tile(int rows, const float *gradient, int outputs, const float *panel, int cells,
                               float *result) {
  FOR_ROWS(rows, weight_tile, TILE_VECTORS, gradient, outputs, panel, cells, result)
}

NOINLINE void weight_narrow_tile(int rows, const float *gradient, int outputs, const float *panel, int cells,
                                 float *result) {
  FOR_ROWS(rows, weight_tile, 1, gradient, outputs, panel, cells, result)
}

/* One tile of the weight gradient, delivered: its optimizer step, or its place in network->gradient. */
static void backward_weight_tile(Network *network, Tensor *w, const float *gradient, int cells, const Sink *sink,
                                 int row, int rows, int column) {
  int wide = column + PANEL <= w->pitch, width = wide ? PANEL : VL;
  const float *panel = network->transposed + (int64_t)column * cells * CELL;
  float result[TILE_ROWS * PANEL];
  int64_t index = (int64_t)row * w->pitch + column;
  if (sink->update) prefetch_tile(w, index, rows, width);
  (wide ? weight_wide_tile : weight_narrow_tile)(rows, gradient + row * CELL, w->rows, panel, cells, result);
  for (int i = 0; i < rows; i++, index += w->pitch) {
    if (sink->update)
      update_values(sink->update, w, index, result + i * PANEL, width);
    else
      for (int c = 0; c < width; c++) network->gradient[index + c] = result[i * PANEL + c];
  }
}

/*
 * The weight gradient; each tile takes its optimizer step at once, so that the gradient never goes to memory.
 * Must come after dense_backward_input, which needs the weights as they were. Row by row, so that weights and
 * moments stream through memory, over as many columns as have their panels in the second-level cache.
 */
static void dense_backward_weight(Team *team, Network *network, Layer *layer, const float *gradient, int cells,
                                  const Sink *sink) {
  Tensor *w = &layer->weight;
  transpose_to_panels(team, layer->input, cells, w->columns, w->pitch, network->transposed);
  barrier(team);
  int tiles = parts(w->rows, TILE_ROWS);
  Range mine = share(team, tiles);
  int block = (int)larger(1, PANEL_BYTES / (PANEL * cells * CELL * 4)) * PANEL;
  for (int start = 0; start < w->pitch; start += block) {
    int end = smaller(start + block, w->pitch);
    for (int t = mine.from; t < mine.end; t++) {
      int row = part_start(w->rows, tiles, t), rows = part_start(w->rows, tiles, t + 1) - row;
      for (int column = start; column < end; column += column + PANEL <= end ? PANEL : VL)
        backward_weight_tile(network, w, gradient, cells, sink, row, rows, column);
    }
  }
  if (!sink->update) deliver(&ALONE, sink, w, network->gradient);
  deliver_bias(team, network, sink, layer, gradient, cells, 1);
}
