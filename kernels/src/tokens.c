/* The layers of tokens that have no products: embeddings, layer norm, GELU, the first token. */
#include "elementary.h"
#include "backward.h"

/* The batch's tokens, the examples' one after the other; the last cell is filled up with copies of the first token. */
static void list_tokens(Network *network, const Examples *examples, int count) {
  int32_t n = 0;
  for (int e = 0; e < count; e++) {
    uint32_t from = token_start(examples, network->order[e]), end = token_start(examples, network->order[e] + 1);
    network->sentences[e] = n;
    for (uint32_t t = from; t < end; t++, n++) {
      network->ids[n] = token_at(examples, t);
      network->places[n] = (int32_t)(t - from);
    }
  }
  network->sentences[count] = network->token_count = n;
  network->token_cells = parts(n, CELL);
  for (; n < network->token_cells * CELL; n++) network->ids[n] = network->ids[0], network->places[n] = 0;
}

/* The sum of a row for the token and one for its place. */
static void embeddings_forward(const Team *team, const Network *network, Layer *layer) {
  Range mine = share(team, network->token_cells);
  int width = layer->out.channels;
  for (int t = mine.from * CELL; t < mine.end * CELL; t++) {
    const float *word = layer->weight.value + (int64_t)network->ids[t] * layer->weight.pitch;
    const float *place = layer->bias.value + (int64_t)network->places[t] * layer->bias.pitch;
    float *output = layer->output + (int64_t)(t / CELL) * width * CELL + t % CELL;
    for (int f = 0; f < width; f++) output[f * CELL] = word[f] + place[f];
  }
}

/* Sorts the batch's tokens by the row that they take, each row's in order. */
static void sort_by_row(Network *network, const int32_t *rows, int row_count) {
  int32_t *starts = network->row_starts;
  for (int r = 0; r <= row_count; r++) starts[r] = 0;
  for (int t = 0; t < network->token_count; t++) starts[rows[t] + 1]++;
  for (int r = 0; r < row_count; r++) starts[r + 1] += starts[r];
  for (int t = 0; t < network->token_count; t++) network->row_tokens[starts[rows[t]]++] = t;
  for (int r = row_count; r > 0; r--) starts[r] = starts[r - 1];
  starts[0] = 0;
}

/* A table's gradient: of each row the sum over the tokens that take it. Rows without any have 0, but moments move them. */
static void deliver_rows(const Team *team, const Network *network, const Sink *sink, Tensor *table) {
  Range mine = share(team, table->rows);
  float *gradient = network->scratch + team->index * network->scratch_room;
  for (int row = mine.from; row < mine.end; row++) {
    int start = network->row_starts[row], end = network->row_starts[row + 1];
    if (start == end && !sink->update) continue;
    for (int i = 0; i < table->pitch; i += VL) store(gradient + i, splat(0));
    for (int n = start; n < end; n++)
      add_values(network->transposed + (int64_t)network->row_tokens[n] * table->pitch, gradient, table->pitch);
    int64_t index = (int64_t)row * table->pitch;
    if (sink->update) {
      update_values(sink->update, table, index, gradient, table->pitch);
      continue;
    }
    float *sums = sink->sums + table->flat_offset + (int64_t)row * table->columns;
    for (int c = 0; c < table->columns; c++)
      if (is_kept(table, index + c)) sums[c] += gradient[c];
  }
}

static void embeddings_backward(Team *team, Network *network, Layer *layer, const Sink *sink) {
  Range mine = share(team, network->token_cells);
  int width = layer->out.channels, pitch = layer->weight.pitch;
  transpose_cells(layer->gradient + (int64_t)mine.from * width * CELL, mine.end - mine.from, width, 0, pitch,
                  network->transposed + (int64_t)mine.from * CELL * pitch);
  for (int table = 0; table < 2; table++) {
    Tensor *tensor = table == 0 ? &layer->weight : &layer->bias;
    if (team->index == 0) sort_by_row(network, table == 0 ? network->ids : network->places, tensor->rows);
    barrier(team);
    deliver_rows(team, network, sink, tensor);
    barrier(team);
  }
}

/* y = weight (x - mean) / deviation + bias over the features of each token; x is the input, or its sum with another's. */
static void norm_forward(const Team *team, const Network *network, Layer *layer) {
  Range mine = share(team, network->token_cells);
  int width = layer->out.channels;
  const float *weight = layer->weight.value, *bias = layer->bias.value;
  for (int64_t cell = mine.from; cell < mine.end; cell++)
    for (int lane = 0; lane < CELL; lane += VL) {
      int64_t start = cell * width * CELL + lane;
      float *x = layer->input + start, *y = layer->output + start, *statistics = layer->statistics + cell * 2 * CELL + lane;
      const float *other = layer->from[1] ? layer->from[1]->output + start : NULL;
      vf total = splat(0), squares = splat(0);
      for (int f = 0; f < width; f++) {
        vf value = load(x + f * CELL);
        if (other) store(x + f * CELL, value += load(other + f * CELL));
        total += value;
      }
      vf mean = total * splat(1.f / (float)width);
      for (int f = 0; f < width; f++) {
        vf difference = load(x + f * CELL) - mean;
        squares += difference * difference;
      }
      vf factor = splat(1) / square_root(squares * splat(1.f / (float)width) + splat(layer->epsilon));
      for (int f = 0; f < width; f++)
        store(y + f * CELL, (load(x + f * CELL) - mean) * factor * splat(weight[f]) + splat(bias[f]));
      store(statistics, mean);
      store(statistics + CELL, factor);
    }
}

/*
 * The gradient for x: with n the normalized values and h = weight * gradient, (h - mean(h) - n mean(h n)) / deviation. It
 * is the gradient of both parts of a sum.
 */
static void norm_backward_input(const Team *team, const Network *network, const Layer *layer) {
  Range mine = share(team, network->token_cells);
  int width = layer->out.channels;
  const float *weight = layer->weight.value;
  for (int64_t cell = mine.from; cell < mine.end; cell++)
    for (int lane = 0; lane < CELL; lane += VL) {
      int64_t start = cell * width * CELL + lane;
      const float *x = layer->input + start, *g = layer->gradient + start;
      const float *statistics = layer->statistics + cell * 2 * CELL + lane;
      float *result = layer->from[0]->gradient + start, *other = layer->from[1] ? layer->from[1]->gradient + start : NULL;
      vf mean = load(statistics), factor = load(statistics + CELL), total = splat(0), along = splat(0);
      for (int f = 0; f < width; f++) {
        vf h = load(g + f * CELL) * splat(weight[f]);
        total += h;
        along += h * ((load(x + f * CELL) - mean) * factor);
      }
      total *= splat(1.f / (float)width);
      along *= splat(1.f / (float)width);
      for (int f = 0; f < width; f++) {
        vf n = (load(x + f * CELL) - mean) * factor;
        vf value = flush((load(g + f * CELL) * splat(weight[f]) - total - n * along) * factor, TINY_GRADIENT);
        store(result + f * CELL, value);
        if (other) store(other + f * CELL, value);
      }
    }
}

static void norm_backward_parameters(const Team *team, const Network *network, Layer *layer, const Sink *sink) {
  int width = layer->out.channels;
  Range blocks = share(team, layer->weight.pitch / CELL);
  for (int f = blocks.from * CELL; f < blocks.end * CELL; f++) {
    vf along = splat(0), total = splat(0);
    for (int64_t cell = 0; cell < network->token_cells && f < width; cell++)
      for (int lane = 0; lane < CELL; lane += VL) {
        int64_t index = (cell * width + f) * CELL + lane;
        const float *statistics = layer->statistics + cell * 2 * CELL + lane;
        vf g = load(layer->gradient + index);
        total += g;
        along += g * ((load(layer->input + index) - load(statistics)) * load(statistics + CELL));
      }
    network->gradient[f] = sum(along);
    network->bias_gradient[f] = sum(total);
  }
  deliver(team, sink, &layer->weight, network->gradient);
  deliver(team, sink, &layer->bias, network->bias_gradient);
}

/* This thread's share of the values of a layer of tokens. */
INLINE Range token_values(const Team *team, const Network *network, const Layer *layer) {
  Range cells = share(team, network->token_cells);
  int size = layer->out.channels * CELL;
  return (Range){cells.from * size, cells.end * size};
}

/* x times the normal distribution's function at x: Hendrycks and Gimpel 2016, exactly. */
static void gelu_forward(const Team *team, const Network *network, Layer *layer) {
  Range mine = token_values(team, network, layer);
  for (int i = mine.from; i < mine.end; i += VL) {
    vf x = load(layer->input + i);
    store(layer->output + i, x * normal_distribution(x).function);
  }
}

static void gelu_backward(const Team *team, const Network *network, const Layer *layer) {
  Range mine = token_values(team, network, layer);
  for (int i = mine.from; i < mine.end; i += VL) {
    vf x = load(layer->input + i);
    Normal normal = normal_distribution(x);
    vf gradient = load(layer->gradient + i) * (normal.function + x * normal.density);
    store(layer->from[0]->gradient + i, flush(gradient, TINY_GRADIENT));
  }
}

/* From cells of tokens to cells of examples; the last cell is filled up with the first example. */
static void first_token_forward(const Team *team, const Network *network, Layer *layer, int examples) {
  Range mine = share(team, parts(examples, CELL));
  int width = layer->out.channels;
  for (int e = mine.from * CELL; e < mine.end * CELL; e++) {
    int token = network->sentences[e < examples ? e : 0];
    const float *from = layer->input + (int64_t)(token / CELL) * width * CELL + token % CELL;
    float *to = layer->output + (int64_t)(e / CELL) * width * CELL + e % CELL;
    for (int f = 0; f < width; f++) to[f * CELL] = from[f * CELL];
  }
}

/* No other token has a gradient from there. */
static void first_token_backward(const Team *team, const Network *network, const Layer *layer, int examples) {
  Range mine = token_values(team, network, layer);
  int width = layer->out.channels;
  float *tokens = layer->from[0]->gradient;
  for (int i = mine.from; i < mine.end; i += VL) store(tokens + i, splat(0));
  for (int e = 0; e < examples; e++) {
    int token = network->sentences[e], start = token / CELL * width * CELL;
    if (start < mine.from || start >= mine.end) continue;
    const float *from = layer->gradient + (int64_t)(e / CELL) * width * CELL + e % CELL;
    for (int f = 0; f < width; f++) tokens[start + f * CELL + token % CELL] = from[f * CELL];
  }
}
