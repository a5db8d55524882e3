/*
 * Networks of tokens, forward and backward. Cells hold tokens, the examples' one after the other without gaps, so every
 * linear layer of a block is a dense or sparse layer over them; attention alone knows where an example ends. Behind the
 * first token cells hold examples again. A team divides all layers, sparse ones too.
 */
#include "backward.h"
#include "gemm.h"

/* Cells of a layer's input. */
INLINE int cells_of(const Network *network, const Layer *layer, int cells) {
  return layer->per_token ? network->token_cells : cells;
}

/* This thread's share of the cells, in groups that a sparse layer takes at once. */
INLINE Range share_groups(const Team *team, int cells) {
  Range groups = share(team, parts(cells, SPARSE_CELLS));
  return (Range){groups.from * SPARSE_CELLS, smaller(groups.end * SPARSE_CELLS, cells)};
}

static void linear_forward(const Team *team, Layer *layer, int cells) {
  if (!layer->weight.compact) {
    dense_forward(team, layer, cells);
    return;
  }
  Range mine = share_groups(team, cells);
  int64_t start = (int64_t)mine.from * layer->out.channels * CELL;
  sparse_dense_forward_some(layer, &layer->sparse.rows, layer->weight.value, mine);
  if (layer->activation != ACT_RELU)
    activate(layer->activation, layer->output + start, NULL, mine.end - mine.from, layer->out);
}

/* Adds the squares of what comes into a layer, by feature, to `sums`. */
static void add_squares(const Layer *layer, int count, double *sums) {
  int64_t width = layer->in.channels;
  for (int first = 0; first < count; first += CELL)
    for (int64_t f = 0; f < width; f++)
      for (int e = 0; e < smaller(CELL, count - first); e++) {
        double value = layer->input[first * width + f * CELL + e];
        sums[f] += value * value;
      }
}

NOINLINE const float *token_forward(Team *team, Network *network, int examples) {
  int cells = parts(examples, CELL);
  double *squares = network->squares;
  for (int i = 0; i < network->layer_count; i++) {
    Layer *layer = &network->layers[i];
    barrier(team);
    switch (layer->kind) {
      case LAYER_EMBEDDINGS: embeddings_forward(team, network, layer); break;
      case LAYER_NORM: norm_forward(team, network, layer); break;
      case LAYER_ATTENTION: attention_forward(team, network, layer, examples); break;
      case LAYER_GELU: gelu_forward(team, network, layer); break;
      case LAYER_FIRST_TOKEN: first_token_forward(team, network, layer, examples); break;
      case LAYER_DENSE:
        if (squares) {
          add_squares(layer, layer->per_token ? network->token_count : examples, squares);
          squares += layer->in.channels;
        }
        linear_forward(team, layer, cells_of(network, layer, cells));
        break;
      default: activation_forward(team, layer, cells);
    }
  }
  return network->layers[network->layer_count - 1].output;
}

/* As sparse_dense_backward_weight, divided: rows, and when all are there the values. */
static void shared_sparse_weight(Team *team, Network *network, Layer *layer, const float *gradient, int cells,
                                 const Sink *sink) {
  Tensor *w = &layer->weight;
  const SparseRows *rows = &layer->sparse.rows;
  Range mine = share(team, w->rows);
  float *scratch = network->scratch + team->index * network->scratch_room;
  for (int row = mine.from; row < mine.end; row++) {
    int start = rows->starts[row], count = rows->starts[row + 1] - start;
    /* Four values are written at a time: where these end in another thread's rows, by way of the scratch. */
    int spills = start + round_up(count, 4) > rows->starts[mine.end];
    row_gradients(0, cells, gradient + row * CELL, (int64_t)w->rows * CELL, layer->input, (int64_t)w->columns * CELL,
                  rows, row, spills ? scratch - start : network->gradient);
    for (int n = 0; n < count && spills; n++) network->gradient[start + n] = scratch[n];
  }
  if (team->index == 0)
    for (int64_t n = w->kept; n < stored_size(w); n++) network->gradient[n] = 0;
  barrier(team);
  deliver(team, sink, w, network->gradient);
  deliver_bias(team, network, sink, layer, gradient, cells, 1);
}

/* The gradient for the layer's input, set or, where other layers that read it gave theirs already, added; then its weights'. */
static void linear_backward(Team *team, Network *network, Layer *layer, int cells, const Sink *sink) {
  Layer *from = layer->from[0];
  int adds = from->reader != layer;
  float *result = adds ? network->added : from->gradient;
  int64_t width = layer->in.channels;
  if (layer->weight.compact) {
    Range mine = share_groups(team, cells);
    sparse_dense_backward_input(layer, layer->gradient, result, mine);
    int64_t start = mine.from * width * CELL;
    if (adds) add_values(result + start, from->gradient + start, (mine.end - mine.from) * width * CELL);
    shared_sparse_weight(team, network, layer, layer->gradient, cells, sink);
    return;
  }
  dense_backward_input(team, layer, layer->gradient, result, cells);
  Range mine = share(team, layer->in.channels);
  for (int64_t cell = 0; cell < cells && adds; cell++) {
    int64_t start = (cell * width + mine.from) * CELL;
    add_values(result + start, from->gradient + start, (int64_t)(mine.end - mine.from) * CELL);
  }
  dense_backward_weight(team, network, layer, layer->gradient, cells, sink);
}

/* From the gradient of the output, which the last layer has, to all parameters. */
NOINLINE void token_backward(Team *team, Network *network, int examples, const Sink *sink) {
  int cells = parts(examples, CELL);
  for (int i = network->layer_count - 1; i >= 0; i--) {
    Layer *layer = &network->layers[i];
    barrier(team);
    if (layer->activation != ACT_NONE) {
      Range mine = share(team, layer->out.channels * cells);
      int64_t start = (int64_t)mine.from * CELL, count = (int64_t)(mine.end - mine.from) * CELL;
      differentiate(layer->activation, layer->gradient + start, layer->output + start, count);
      barrier(team);
    }
    switch (layer->kind) {
      case LAYER_EMBEDDINGS: embeddings_backward(team, network, layer, sink); break;
      case LAYER_NORM:
        norm_backward_input(team, network, layer);
        barrier(team);
        norm_backward_parameters(team, network, layer, sink);
        break;
      case LAYER_ATTENTION: attention_backward(team, network, layer, examples); break;
      case LAYER_GELU: gelu_backward(team, network, layer); break;
      case LAYER_FIRST_TOKEN: first_token_backward(team, network, layer, examples); break;
      case LAYER_DENSE: linear_backward(team, network, layer, cells_of(network, layer, cells), sink); break;
      default: activation_backward(team, layer, layer->gradient, layer->from[0]->gradient, cells);
    }
  }
}
