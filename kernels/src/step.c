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
  int loss;                /* LOSS_NONE for the forward pass alone, which has neither losses nor a sink */
  double divisor;
  const struct Sink *sink; /* null to evaluate */
  const Distillation *distillation; /* null for the targets alone; else with a sink, and the network's own loss */
} Work;

/* Not inlined, nor is backward: engines of WebAssembly make slower code of one long function. */
NOINLINE const float *forward(Team *team, Network *network, int cells) {
  const float *output = network->input;
  for (int i = 0; i < network->layer_count; i++) {
    Layer *layer = &network->layers[i];
    barrier(team);
    if (layer->weight.rows > 0) constants_forward(layer);
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
static void measure_loss(const Team *team, Network *network, const Work *work, const float *output, float *gradient) {
  const Examples *examples = &work->examples;
  int width = (int)shape_size(network->layers[network->layer_count - 1].out);
  Range mine = share(team, parts(work->count, CELL));
  int first = mine.from * CELL, count = smaller(mine.end * CELL, work->count) - first;
  const uint32_t *order = network->order + first;
  double *losses = network->losses + first;
  output += (int64_t)first * width;
  if (gradient) gradient += (int64_t)first * width;
  if (work->loss == LOSS_CROSS_ENTROPY)
    cross_entropy(output, examples->labels, order, count, width, work->divisor, losses, gradient);
  else if (work->loss == LOSS_SQUARED_ERROR)
    squared_error(output, examples->targets, order, count, width, work->divisor, losses, gradient);
  else
    sum_of_outputs(output, count, width, work->divisor, losses, gradient);
  if (work->distillation)
    distill(work->distillation, work->loss, output, order, count, width, work->divisor, losses, gradient);
}

/* From the gradient of the output, in network->backward[0], to all parameters. */
NOINLINE void backward(Team *team, Network *network, int cells, const Sink *sink) {
  float *gradient = network->backward[0], *next = network->backward[1];
  for (int i = network->layer_count - 1; i >= 0; i--) {
    Layer *layer = &network->layers[i];
    barrier(team);
    if (layer->activation != ACT_NONE) {
      Range mine = share(team, (int)shape_size(layer->out) * cells);
      int64_t start = (int64_t)mine.from * CELL, count = (int64_t)(mine.end - mine.from) * CELL;
      differentiate(layer->activation, gradient + start, layer->output + start, count);
      barrier(team);
    }
    float *input_gradient = i > 0 ? next : NULL;
    switch (layer->kind) {
      case LAYER_DENSE:
        if (layer->weight.compact) {
          if (input_gradient) sparse_dense_backward_input(layer, gradient, input_gradient, (Range){0, cells});
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
static void compute_batch(Team *team, const Work *work) {
  Network *network = work->network;
  if (network->reads_tokens) {
    const float *output = token_forward(team, network, work->count);
    if (work->loss == LOSS_NONE) return;
    barrier(team);
    measure_loss(team, network, work, output,
                 work->sink ? network->layers[network->layer_count - 1].gradient : NULL);
    if (work->sink) token_backward(team, network, work->count, work->sink);
    return;
  }
  int cells = parts(work->count, CELL);
  gather_cells(team, network, &work->examples, cells);
  const float *output = forward(team, network, cells);
  if (work->loss == LOSS_NONE) return;
  barrier(team);
  measure_loss(team, network, work, output, work->sink ? network->backward[0] : NULL);
  if (work->sink) backward(team, network, cells, work->sink);
}

/* Gradients that are only summed, constants and, but in networks of tokens, sparse layers are not divided. */
static int can_be_shared(const Work *work) {
  if (!work->network->meeting || (work->sink && !work->sink->update)) return 0;
  if (work->network->reads_tokens) return work->network->squares == NULL;
  for (int i = 0; i < work->network->layer_count; i++) {
    const Layer *layer = &work->network->layers[i];
    if (layer->weight.compact || layer->constants.count > 0) return 0;
  }
  return 1;
}

/* The leader's part: computes the batch with all helpers that wait for one. Returns the sum of its losses, if any. */
static double lead_batch(const Work *work) {
  Network *network = work->network;
  /* The batch's examples, padded to whole cells. */
  for (int i = 0; i < parts(work->count, CELL) * CELL; i++) {
    int64_t index = work->first + (i < work->count ? i : 0);
    network->order[i] = work->order ? work->order[index] : (uint32_t)index;
  }
  if (network->reads_tokens) list_tokens(network, &work->examples, work->count);
  Team team = can_be_shared(work) ? form_team(network->meeting, work) : ALONE;
  compute_batch(&team, work);
  barrier(&team);
  if (network->meeting) __atomic_store_n(&network->meeting->leading, 0, __ATOMIC_RELAXED);
  double sum = 0;
  for (int b = 0; b < work->count && work->loss != LOSS_NONE; b++) sum += network->losses[b];
  return sum;
}

#if PL_TEAMS
/*
 * A helper's part: takes part in batches as long as they come, or until `over` is not 0. `helper` is its bit in
 * meeting->present. Returns how many batches it took part in.
 */
static int help(Meeting *meeting, uint32_t helper, const int32_t *over) {
  uint32_t batch = __atomic_load_n(&meeting->batch, __ATOMIC_RELAXED);
  int count = 0, stays = 1;
  __atomic_fetch_or(&meeting->waiting, helper, __ATOMIC_RELEASE);
  for (; stays && is_taken(meeting, helper, &batch); count++) {
    uint32_t helpers = batch % (1 << MOST_HELPERS);
    Team team = {.index = 1 + __builtin_popcount(helpers & (helper - 1)), .count = 1 + __builtin_popcount(helpers),
                 .meeting = meeting, .since = now()};
    compute_batch(&team, meeting->work);
    /* Before the barrier, so that the leader, when it has passed it, finds this helper waiting for the next batch. */
    stays = !__atomic_load_n(over, __ATOMIC_RELAXED);
    if (stays) __atomic_fetch_or(&meeting->waiting, helper, __ATOMIC_RELEASE);
    barrier(&team);
  }
  return count;
}
#endif
