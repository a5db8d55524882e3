/* A batch through the network: forward, loss, backward. */
#include "backward.h"
#include "network.h"

/* One batch: the examples order[first ..], or those from `first` on if `order` is null. */
typedef struct Work {
  Network *network;
  Examples examples;
  const uint32_t *order;
  int64_t first;
  int count;
  double divisor;
  const struct Sink *sink; /* null to evaluate */
} Work;

/* The batch's examples, padded to whole cells. */
static void list_batch(const Work *work) {
  uint32_t *list = work->network->order;
  for (int i = 0; i < parts(work->count, CELL) * CELL; i++)
    list[i] = i >= work->count ? list[0] : work->order ? work->order[work->first + i] : (uint32_t)(work->first + i);
}

static const float *forward(const Team *team, Network *network, int cells) {
  const float *output = network->input;
  for (int i = 0; i < network->layer_count; i++) {
    Layer *layer = &network->layers[i];
    meet(team);
    switch (layer->kind) {
      case LAYER_DENSE:
        if (layer->weight.compact)
          sparse_dense_forward(network, layer, cells);
        else if (layer->weight.by_column)
          skipping_forward(team, network, layer, cells);
        else
          dense_forward(team, layer, cells);
        break;
      case LAYER_CONV:
        if (layer->weight.compact)
          sparse_conv_forward(layer, cells);
        else
          conv_forward(team, network, layer, cells);
        break;
      case LAYER_POOL: pool_forward(team, layer, cells); break;
      default: activation_forward(team, layer, cells);
    }
    output = layer->output;
  }
  return output;
}

/* Losses into network->losses, and the gradient of their sum / divisor into `gradient`, unless null. */
static void measure_loss(const Team *team, Network *network, const Examples *examples, const float *output, int count, double divisor,
                         float *gradient) {
  int width = (int)shape_size(network->layers[network->layer_count - 1].out);
  Range mine = share(team, parts(count, CELL));
  int first = mine.from * CELL;
  const uint32_t *order = network->order + first;
  double *losses = network->losses + first;
  meet(team);
  count = smaller(mine.end * CELL, count) - first;
  output += (int64_t)first * width;
  if (gradient) gradient += (int64_t)first * width;
  if (network->loss == LOSS_CROSS_ENTROPY)
    cross_entropy(output, examples->labels, order, count, width, divisor, losses, gradient);
  else
    squared_error(output, examples->targets, order, count, width, divisor, losses, gradient);
}

/* Sparse layers and gradients that are delivered elsewhere are not divided. */
static int can_be_shared(const Work *work) {
  if (work->sink && !work->sink->update) return 0;
  for (int i = 0; i < work->network->layer_count; i++)
    if (work->network->layers[i].weight.compact) return 0;
  return 1;
}

/* From the gradient of the output, in network->backward[0], to all parameters. */
static void backward(const Team *team, Network *network, int cells, const Sink *sink) {
  float *gradient = network->backward[0], *next = network->backward[1];
  for (int i = network->layer_count - 1; i >= 0; i--) {
    Layer *layer = &network->layers[i];
    meet(team);
    differentiate(team, layer->activation, gradient, layer->output, shape_size(layer->out) * cells * CELL);
    float *input_gradient = i > 0 ? next : NULL;
    if (layer->activation != ACT_NONE) meet(team);
    switch (layer->kind) {
      case LAYER_DENSE:
        if (layer->weight.compact) {
          if (input_gradient) sparse_dense_backward_input(layer, gradient, input_gradient, cells);
          sparse_dense_backward_weight(network, layer, gradient, cells, sink);
          break;
        }
        if (input_gradient) dense_backward_input(team, layer, gradient, input_gradient, cells);
        if (layer->weight.by_column)
          skipping_backward_weight(team, network, layer, gradient, cells, sink);
        else
          dense_backward_weight(team, network, layer, gradient, cells, sink);
        break;
      case LAYER_CONV:
        if (layer->weight.compact)
          sparse_conv_backward(network, layer, gradient, input_gradient, cells, sink);
        else
          conv_backward(team, network, layer, gradient, input_gradient, cells, sink);
        break;
      case LAYER_POOL:
        if (input_gradient) pool_backward(team, layer, gradient, input_gradient, cells);
        break;
      default:
        if (input_gradient) activation_backward(team, layer, gradient, input_gradient, cells);
    }
    next = gradient;
    gradient = input_gradient;
  }
}

/* One thread's part of a batch: forward, loss and, with a sink, backward. */
static void compute_batch(const Team *team, const Work *work) {
  Network *network = work->network;
  int cells = parts(work->count, CELL);
  gather_cells(team, &work->examples, network->order, cells, shape_size(network->in), network->input);
  const float *output = forward(team, network, cells);
  measure_loss(team, network, &work->examples, output, work->count, work->divisor,
               work->sink ? network->backward[0] : NULL);
  if (work->sink) backward(team, network, cells, work->sink);
}

/* Who leads: computes the batch with all who wait at the network's table. Losses are in network->losses. */
static void lead_batch(const Work *work) {
  Network *network = work->network;
  list_batch(work);
  Team team = form_team(can_be_shared(work) ? network->table : NULL, work);
  compute_batch(&team, work);
  meet(&team);
  if (team.table) __atomic_store_n(&team.table->leading, 0, __ATOMIC_RELAXED);
}

/* Who assists: takes part in batches as long as they come. Returns how many. */
static int assist(Table *table, int32_t *seat) {
  for (int batches = 0;; batches++) {
    while (!look(seat, WAITING, IDLE_PATIENCE)) {
      if (__atomic_load_n(&table->leading, __ATOMIC_RELAXED)) continue;
      int32_t waiting = WAITING;
      if (__atomic_compare_exchange_n(seat, &waiting, FREE, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) return batches;
    }
    int32_t index;
    while ((index = __atomic_load_n(seat, __ATOMIC_ACQUIRE)) == TAKEN) pause_briefly();
    Team team = {.index = index, .count = table->count, .table = table};
    compute_batch(&team, table->work);
    /* Whom the leader meets here waits for the next batch already. */
    __atomic_store_n(seat, WAITING, __ATOMIC_RELAXED);
    meet(&team);
  }
}
