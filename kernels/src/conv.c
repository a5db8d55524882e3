/*
 * Convolutions, direct: no patches are copied. Forward and input gradient are one kernel: a tile of channels x
 * vectors gathers, plane by plane of its source, the values at a list of taps, each times the tap's weights.
 */
#include "backward.h"
#include "gemm.h"

/* One term of a position's sum: where the value lies in each plane, and which of the plane's weights it takes. */
typedef struct Tap {
  int32_t offset, weight;
} Tap;

/* A cell takes a whole tile where it holds several vectors; else a tile takes several positions or cells. */
enum { CELLS_PER_TILE = TILE_VECTORS / VPC };

typedef struct {
  int planes;
  int64_t plane; /* floats between planes of the source */
  int kernel;    /* weights a plane */
  const Tap *taps;
  int tap_count;
} Gather;

/*
 * result[row][vector] = sum over planes and taps. The tile's cells start at `source`, each with its first tap's
 * plane 0; `weights` are packed [plane][kernel][rows].
 */
INLINE void gather_tile(const int rows, const int cells, const Gather *g, const float *const *source,
                        const float *weights, float *result) {
  const int vectors = cells * VPC;
  const float *from[CELLS_PER_TILE];
  Tile sums;
  UNROLL for (int j = 0; j < cells; j++) from[j] = source[j];
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < vectors; j++) sums[i][j] = splat(0);
  for (int p = 0; p < g->planes; p++) {
    const float *plane_weights = weights + (int64_t)p * g->kernel * rows;
    for (int t = 0; t < g->tap_count; t++) {
      int64_t offset = p * g->plane + g->taps[t].offset;
      const float *w = plane_weights + (int64_t)g->taps[t].weight * rows;
      vf value[TILE_VECTORS];
      UNROLL for (int j = 0; j < vectors; j++) value[j] = load(from[j / VPC] + offset + j % VPC * VL);
      UNROLL for (int i = 0; i < rows; i++) {
        vf weight = splat(w[i]);
        UNROLL for (int j = 0; j < vectors; j++) sums[i][j] = weight * value[j] + sums[i][j];
      }
    }
  }
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < vectors; j++)
      store(result + i * cells * CELL + j * VL, sums[i][j]);
}

NOINLINE void gather_wide_tile(int rows, const Gather *g, const float *const *source, const float *weights,
                               float *result) {
  FOR_ROWS(rows, gather_tile, CELLS_PER_TILE, g, source, weights, result)
}

#if VL == CELL
NOINLINE void gather_narrow_tile(int rows, const Gather *g, const float *const *source, const float *weights,
                                 float *result) {
  FOR_ROWS(rows, gather_tile, 1, g, source, weights, result)
}
#else
#define gather_narrow_tile gather_wide_tile /* one cell fills a tile */
#endif

/* The layer's input with its border of zeros, if it has one. */
static const float *pad_input(const Team *team, const Layer *layer, int cells) {
  int p = layer->padding, height = layer->in.height, width = layer->in.width;
  if (p == 0) return layer->input;
  int64_t row = (int64_t)width * CELL, padded_row = row + 2 * p * CELL;
  Range planes = share(team, cells * layer->in.channels);
  const float *from = layer->input + planes.from * height * row;
  for (int plane = planes.from; plane < planes.end; plane++) {
    float *to = layer->padded + plane * (height + 2 * p) * padded_row + p * padded_row + p * CELL;
    for (int y = 0; y < height; y++, from += row, to += padded_row)
      for (int64_t i = 0; i < row; i += VL) store(to + i, load(from + i));
  }
  return layer->padded;
}

/* Weights for tiles of output channels: [tile][input channel][kernel][row]. */
static void pack_outputs(const Team *team, const Tensor *w, int tiles, float *all) {
  Range mine = share(team, tiles);
  for (int t = mine.from; t < mine.end; t++) {
    int first = part_start(w->rows, tiles, t), end = part_start(w->rows, tiles, t + 1);
    float *packed = all + (int64_t)first * w->columns;
    for (int c = 0; c < w->columns; c++)
      for (int row = first; row < end; row++) *packed++ = w->value[(int64_t)row * w->pitch + c];
  }
}

/* Weights for tiles of input channels: [tile][output channel][kernel][row]. */
static void pack_inputs(const Team *team, const Tensor *w, int channels, int tiles, float *all) {
  int kernel = w->columns / channels;
  Range mine = share(team, tiles);
  for (int t = mine.from; t < mine.end; t++) {
    int first = part_start(channels, tiles, t), end = part_start(channels, tiles, t + 1);
    float *packed = all + (int64_t)first * w->rows * kernel;
    for (int o = 0; o < w->rows; o++)
      for (int k = 0; k < kernel; k++)
        for (int row = first; row < end; row++) *packed++ = w->value[(int64_t)o * w->pitch + row * kernel + k];
  }
}

/* The first of the largest of four positions, then shift and ReLU; remembers which won. */
INLINE void pool_four(const vf *four, vf shift, float *output, int32_t *winner) {
  vf best = four[0];
  vi at = splat_int(0);
  UNROLL for (int i = 1; i < 4; i++) {
    vi better = (four[i] > best) | (four[i] != four[i]);
    best = choose(better, four[i], best);
    at = (splat_int(i) & better) | (at & ~better);
  }
  store(output, relu(best + shift));
  store_int(winner, at);
}

static void pool_window(const float *window, int64_t position, float shift, float *output, int32_t *winner) {
  for (int lane = 0; lane < CELL; lane += VL) {
    vf four[4];
    UNROLL for (int i = 0; i < 4; i++) four[i] = load(window + i * position + lane);
    pool_four(four, splat(shift), output + lane, winner + lane);
  }
}

/*
 * One cell, this thread's share of the positions. They are taken in groups of CELLS_PER_TILE over the flattened
 * plane, or four by four windows when pooling follows; a last group that is not full repeats the last position.
 */
static void forward_cell(const Team *team, const Network *network, const Layer *layer, const Gather *g,
                         const float *input, int tiles, float *output, int32_t *winner) {
  int width = layer->in.width + 2 * layer->padding, group = layer->pooled ? 4 : CELLS_PER_TILE;
  int count = layer->out.height * layer->out.width, stride = layer->pooled ? 1 : group;
  Range groups = share(team, parts(count, stride));
  float result[4 * TILE_ROWS * CELL];
  for (int n = groups.from * stride; n < groups.end * stride; n += stride) {
    const float *source[4];
    for (int i = 0; i < group; i++) {
      int at = layer->pooled ? n : n + i < count ? n + i : count - 1;
      int y = at / layer->out.width, x = at % layer->out.width;
      if (layer->pooled) y = 2 * y + i / 2, x = 2 * x + i % 2;
      source[i] = input + ((int64_t)y * width + x) * layer->stride * CELL;
    }
    for (int t = 0; t < tiles; t++) {
      int first = part_start(layer->out.channels, tiles, t), rows = part_start(layer->out.channels, tiles, t + 1) - first;
      const float *weights = network->packed + (int64_t)first * layer->weight.columns;
      for (int i = 0; i < group; i += CELLS_PER_TILE)
        gather_wide_tile(rows, g, source + i, weights, result + i * rows * CELL);
      for (int row = 0; row < rows; row++) {
        int64_t to = ((int64_t)(first + row) * count + n) * CELL;
        const float *from = result + row * CELLS_PER_TILE * CELL;
        if (layer->pooled) {
          int64_t position = CELLS_PER_TILE > 1 ? CELL : (int64_t)rows * CELL;
          pool_window(from, position, layer->shift[first + row], output + to, winner + to);
        } else {
          for (int i = 0; i < group && n + i < count; i++)
            for (int lane = 0; lane < CELL; lane += VL)
              store(output + to + i * CELL + lane, load(from + i * CELL + lane));
        }
      }
    }
  }
}

static void conv_forward(Team *team, Network *network, Layer *layer, int cells) {
  int height = layer->in.height + 2 * layer->padding, width = layer->in.width + 2 * layer->padding;
  int kernel = layer->kernel_height * layer->kernel_width, tiles = parts(layer->out.channels, TILE_ROWS);
  const float *input = pad_input(team, layer, cells);
  Tap *taps = network->taps + team->index * network->tap_room;
  for (int k = 0; k < kernel; k++)
    taps[k] = (Tap){(k / layer->kernel_width * width + k % layer->kernel_width) * CELL, k};
  pack_outputs(team, &layer->weight, tiles, network->packed);
  barrier(team);
  Gather g = {layer->in.channels, (int64_t)height * width * CELL, kernel, taps, kernel};
  int64_t size = shape_size(layer->out) * CELL;
  for (int cell = 0; cell < cells; cell++)
    forward_cell(team, network, layer, &g, input + cell * g.planes * g.plane, tiles, layer->output + cell * size,
                 layer->pooled ? layer->argmax + cell * size : NULL);
  if (layer->pooled) return;
  barrier(team);
  activate_some(layer->activation, layer->output, layer->shift, cells, layer->out, share(team, layer->out.channels));
}

/* The taps of the input gradient at (y, x): the outputs to which it contributed, with the weights it met. */
static int backward_taps(const Layer *layer, int y, int x, Tap *taps) {
  int count = 0, stride = layer->stride;
  for (int i = 0; i < layer->kernel_height; i++)
    for (int j = 0; j < layer->kernel_width; j++) {
      int down = y + layer->padding - i, right = x + layer->padding - j;
      if (down < 0 || right < 0 || down % stride || right % stride) continue;
      int oy = down / stride, ox = right / stride;
      if (oy >= layer->convolved.height || ox >= layer->convolved.width) continue;
      taps[count++] = (Tap){(oy * layer->convolved.width + ox) * CELL, i * layer->kernel_width + j};
    }
  return count;
}

/* The gradient with respect to the input, with the weights packed by pack_inputs. */
static void conv_backward_input(const Team *team, const Network *network, const Layer *layer, const float *gradient,
                                float *input_gradient, int cells) {
  int channels = layer->in.channels, tiles = parts(channels, TILE_ROWS);
  int kernel = layer->kernel_height * layer->kernel_width;
  int64_t in_size = shape_size(layer->in) * CELL, out_size = shape_size(layer->convolved) * CELL;
  int64_t plane = (int64_t)layer->in.height * layer->in.width * CELL;
  Tap *taps = network->taps + team->index * network->tap_room;
  Gather g = {layer->out.channels, out_size / layer->out.channels, kernel, taps, 0};
  Range mine = share(team, layer->in.height * layer->in.width);
  float result[TILE_ROWS * TILE_VECTORS * VL];
  for (int cell = 0, group; cell < cells; cell += group) {
    group = cell + CELLS_PER_TILE <= cells ? CELLS_PER_TILE : 1;
    const float *source[CELLS_PER_TILE];
    for (int i = 0; i < group; i++) source[i] = gradient + (cell + i) * out_size;
    for (int n = mine.from; n < mine.end; n++) {
      g.tap_count = backward_taps(layer, n / layer->in.width, n % layer->in.width, taps);
      for (int t = 0; t < tiles; t++) {
        int first = part_start(channels, tiles, t), rows = part_start(channels, tiles, t + 1) - first;
        const float *weights = network->packed + (int64_t)first * g.planes * kernel;
        (group > 1 ? gather_wide_tile : gather_narrow_tile)(rows, &g, source, weights, result);
        for (int row = 0; row < rows; row++)
          for (int i = 0; i < group; i++) {
            float *to = input_gradient + (cell + i) * in_size + (first + row) * plane + (int64_t)n * CELL;
            const float *from = result + (row * group + i) * CELL;
            for (int lane = 0; lane < CELL; lane += VL) store(to + lane, load(from + lane));
          }
      }
    }
  }
}

/* Spreads the gradient of a fused pooling over its windows, one plane: all to the position that won. */
static void unpool_plane(const Layer *layer, const float *gradient, const int32_t *winner, float *unpooled) {
  int height = layer->convolved.height, width = layer->convolved.width;
  if (height % 2 || width % 2)
    for (int64_t i = 0; i < (int64_t)height * width * CELL; i += VL) store(unpooled + i, splat(0));
  for (int y = 0; y < layer->out.height; y++)
    for (int x = 0; x < layer->out.width; x++)
      for (int lane = 0; lane < CELL; lane += VL, gradient += VL, winner += VL) {
        float *to = unpooled + ((int64_t)2 * y * width + 2 * x) * CELL + lane;
        vf g = load(gradient);
        vi at = load_int(winner);
        UNROLL for (int i = 0; i < 4; i++) store(to + (i / 2 * width + i % 2) * CELL, keep(at == splat_int(i), g));
      }
}

static void unpool(const Team *team, const Layer *layer, const float *gradient, const int32_t *winner,
                   float *unpooled, int cells) {
  int64_t from = (int64_t)layer->out.height * layer->out.width * CELL;
  int64_t to = (int64_t)layer->convolved.height * layer->convolved.width * CELL;
  Range mine = share(team, cells * layer->out.channels);
  for (int p = mine.from; p < mine.end; p++)
    unpool_plane(layer, gradient + p * from, winner + p * from, unpooled + p * to);
}
