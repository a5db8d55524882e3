/*
 * Attention: the one layer that knows which tokens belong together. One example and head at a time, whose query, key and
 * value are copied side by side: [value of the head][token], so that vectors run over tokens. Lanes past the last token
 * hold whatever lay there; what they give is never copied out.
 */
#include "elementary.h"
#include "gemm.h"

/* One head of one example. */
typedef struct {
  int first, size;   /* of the width */
  int start, count;  /* of the batch's tokens */
  int pitch;         /* between rows of tokens */
  int64_t features;  /* the width */
  float scale;
} Head;

static Head head_of(const Network *network, const Layer *layer, int item) {
  int example = item / layer->heads, size = layer->out.channels / layer->heads;
  int start = network->sentences[example], count = network->sentences[example + 1] - start;
  return (Head){item % layer->heads * size, size, start, count, (int)round_up(count, CELL) + CELL, layer->out.channels,
                1 / __builtin_sqrtf((float)size)};
}

/*
 * The head's rows of tokens from [cell][feature][CELL]. Whole cells are copied: what comes too early lies in the row
 * before, behind its last token, or for the first row before `rows`, where CELL values must be free.
 */
static void gather_head(const Head *head, const float *cells, float *rows) {
  for (int f = 0; f < head->size; f++)
    for (int cell = head->start / CELL; cell * CELL < head->start + head->count; cell++)
      *(v16 *)(rows + (int64_t)f * head->pitch + cell * CELL - head->start) =
          *(const v16 *)(cells + (cell * head->features + head->first + f) * CELL);
}

/* The counterpart, which writes this example's tokens alone: others' share cells with them. */
static void scatter_head(const Head *head, const float *rows, float *cells) {
  int end = head->start + head->count;
  for (int cell = head->start / CELL; cell * CELL < end; cell++) {
    int from = (int)larger(head->start, cell * CELL), to = smaller(end, (cell + 1) * CELL);
    for (int f = 0; f < head->size; f++) {
      const float *row = rows + (int64_t)f * head->pitch - head->start;
      float *cell_row = cells + (cell * head->features + head->first + f) * CELL - cell * CELL;
      if (to - from == CELL)
        *(v16 *)(cell_row + from) = *(const v16 *)(row + from);
      else
        for (int t = from; t < to; t++) cell_row[t] = row[t];
    }
  }
}

/* c[row][token] = sum over k of a[row][k] * b[k][token]; rows of b and c are `pitch` apart. */
typedef struct {
  int rows, depth, tokens, pitch;
  const float *a;
  int64_t a_row, a_step;
  const float *b;
  float *c;
} HeadProduct;

INLINE void head_tile(const int rows, const int vectors, const HeadProduct *p, int row, int token) {
  Tile sums;
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < vectors; j++) sums[i][j] = splat(0);
  accumulate(rows, vectors, sums, p->a + row * p->a_row, p->a_row, p->a_step, p->b + token, p->pitch, CELL, p->depth);
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < vectors; j++)
      store(p->c + (int64_t)(row + i) * p->pitch + token + j * VL, sums[i][j]);
}

/* Vectors of tokens in a tile: of the 25 that a sentence has not too many. */
enum { HEAD_VECTORS = TILE_VECTORS < 2 ? TILE_VECTORS : 2 };

NOINLINE void head_wide_tile(int rows, const HeadProduct *p, int row, int token) {
  FOR_ROWS(rows, head_tile, HEAD_VECTORS, p, row, token)
}

NOINLINE void head_narrow_tile(int rows, const HeadProduct *p, int row, int token) {
  FOR_ROWS(rows, head_tile, 1, p, row, token)
}

static void head_product(const HeadProduct *p) {
  int tiles = parts(p->rows, TILE_ROWS);
  for (int token = 0; token < p->tokens;) {
    int wide = token + HEAD_VECTORS * VL <= (int)round_up(p->tokens, VL);
    for (int t = 0; t < tiles; t++) {
      int row = part_start(p->rows, tiles, t), rows = part_start(p->rows, tiles, t + 1) - row;
      (wide ? head_wide_tile : head_narrow_tile)(rows, p, row, token);
    }
    token += wide ? HEAD_VECTORS * VL : VL;
  }
}

/* weights[key][query] = softmax over the keys of scale * key . query. */
static void attention_weights(const Head *head, const float *query, const float *key, float *weights) {
  head_product(&(HeadProduct){head->count, head->size, head->count, head->pitch, key, 1, head->pitch, query, weights});
  for (int lane = 0; lane < head->count; lane += VL) {
    float *column = weights + lane, *end = column + (int64_t)head->count * head->pitch;
    vf top = load(column), total = splat(0);
    for (float *w = column; w < end; w += head->pitch) top = choose(load(w) > top, load(w), top);
    for (float *w = column; w < end; w += head->pitch) {
      vf e = exponential((load(w) - top) * splat(head->scale));
      total += e;
      store(w, e);
    }
    vf factor = splat(1) / total;
    for (float *w = column; w < end; w += head->pitch) store(w, load(w) * factor);
  }
}

/* Behind the batch's last token there is nothing to attend to: zeros. */
static void clear_behind(const Network *network, const Layer *layer, float *cells) {
  int tokens = network->token_count, last = tokens / CELL;
  if (tokens % CELL == 0) return;
  for (int f = 0; f < layer->out.channels; f++)
    for (int t = tokens % CELL; t < CELL; t++) cells[((int64_t)last * layer->out.channels + f) * CELL + t] = 0;
}

static void attention_forward(const Team *team, const Network *network, Layer *layer, int examples) {
  Range mine = share(team, examples * layer->heads);
  float *scratch = network->scratch + team->index * network->scratch_room + CELL;
  for (int item = mine.from; item < mine.end; item++) {
    Head head = head_of(network, layer, item);
    int64_t size = (int64_t)head.size * head.pitch;
    float *query = scratch, *key = query + size, *value = key + size, *output = value + size, *weights = output + size;
    gather_head(&head, layer->from[0]->output, query);
    gather_head(&head, layer->from[1]->output, key);
    gather_head(&head, layer->from[2]->output, value);
    attention_weights(&head, query, key, weights);
    head_product(&(HeadProduct){head.size, head.count, head.count, head.pitch, value, head.pitch, 1, weights, output});
    scatter_head(&head, output, layer->output);
  }
  if (team->index == 0) clear_behind(network, layer, layer->output);
}

/* [row][token] to [token][row], of count x count. */
static void transpose_head(const Head *head, const float *from, float *to) {
  for (int r = 0; r < head->count; r += 4)
    for (int c = 0; c < head->count; c += 4)
      transpose4(from + (int64_t)r * head->pitch + c, head->pitch, to + (int64_t)c * head->pitch + r, head->pitch);
}

/* Through the softmax: from the gradients of the weights, in `slopes`, to those of the scores, in place. */
static void differentiate_weights(const Head *head, const float *weights, float *slopes) {
  int64_t end = (int64_t)head->count * head->pitch;
  for (int lane = 0; lane < head->count; lane += VL) {
    vf mean = splat(0);
    for (int64_t i = lane; i < end; i += head->pitch) mean += load(weights + i) * load(slopes + i);
    for (int64_t i = lane; i < end; i += head->pitch) {
      vf slope = load(weights + i) * (load(slopes + i) - mean);
      store(slopes + i, flush(slope * splat(head->scale), TINY_GRADIENT));
    }
  }
}

/* The gradients for query, key and value; the weights are computed again. */
static void attention_backward(const Team *team, const Network *network, const Layer *layer, int examples) {
  Range mine = share(team, examples * layer->heads);
  float *scratch = network->scratch + team->index * network->scratch_room + CELL;
  for (int item = mine.from; item < mine.end; item++) {
    Head head = head_of(network, layer, item);
    int count = head.count, pitch = head.pitch;
    int64_t size = (int64_t)head.size * pitch, square = round_up(count, 4) * (int64_t)pitch;
    float *query = scratch, *key = query + size, *value = key + size, *gradient = value + size;
    float *result = gradient + size, *weights = result + size, *slopes = weights + square, *turned = slopes + square;
    gather_head(&head, layer->from[0]->output, query);
    gather_head(&head, layer->from[1]->output, key);
    gather_head(&head, layer->from[2]->output, value);
    gather_head(&head, layer->gradient, gradient);
    attention_weights(&head, query, key, weights);
    transpose_head(&head, weights, turned);
    head_product(&(HeadProduct){head.size, count, count, pitch, gradient, pitch, 1, turned, result});
    scatter_head(&head, result, layer->from[2]->gradient);
    head_product(&(HeadProduct){count, head.size, count, pitch, value, 1, pitch, gradient, slopes});
    differentiate_weights(&head, weights, slopes);
    head_product(&(HeadProduct){head.size, count, count, pitch, key, pitch, 1, slopes, result});
    scatter_head(&head, result, layer->from[0]->gradient);
    transpose_head(&head, slopes, turned);
    head_product(&(HeadProduct){head.size, count, count, pitch, query, pitch, 1, turned, result});
    scatter_head(&head, result, layer->from[1]->gradient);
  }
  if (team->index == 0)
    for (int i = 0; i < 3; i++) clear_behind(network, layer, layer->from[i]->gradient);
}
