/* Entry points. The caller owns all memory, 64-byte aligned, and passes it in; nothing is kept elsewhere. */
#include "backward.h"
#include "network.h"

PL_EXPORT(pl_abi) int pl_abi(void) { return PL_ABI; }

/* Floats in a vector, for messages and tests. */
PL_EXPORT(pl_vector_length) int pl_vector_length(void) { return VL; }

static int64_t place_network(Network *network, const int32_t *spec, const double *options, char *memory) {
  int layer_room = spec[5];
  Arena arena = {.base = memory};
  Network *placed = take(&arena, sizeof(Network));
  Layer *layers = take(&arena, layer_room * (int64_t)sizeof(Layer));
  if (memory) plan(network = placed, layers, spec);
  network->options = (OptimizerOptions){options[0], options[1], options[2], options[3]};
  place_state(network, &arena);
  return arena.used;
}

/* Bytes that pl_state_size needs to work in for so many layers of a description. */
PL_EXPORT(pl_plan_size) double pl_plan_size(int layers) { return (double)(layers * (int64_t)sizeof(Layer)); }

/*
 * Bytes of state (parameters, masks, indices, optimizer) for a description, see plan.c; `options` are SGD's
 * [momentum, 1 if it is Nesterov's, 0, weight decay] or Adam's [beta1, beta2, epsilon, weight decay]. `room` is
 * pl_plan_size bytes that are free again afterwards.
 */
PL_EXPORT(pl_state_size) double pl_state_size(const int32_t *spec, const double *options, void *room) {
  Network network;
  plan(&network, room, spec);
  return (double)place_network(&network, spec, options, NULL);
}

/* Copies the next `count` of a list and returns what follows. */
static const int32_t *copy_list(int32_t *to, const int32_t *list, int64_t count) {
  for (int64_t i = 0; i < count; i++) to[i] = list[i];
  return list + count;
}

/*
 * Lays out a network with all parameters 0 and a fresh optimizer; `memory` must be zeroed. `masks` has one byte a
 * parameter value, 0 where it is pruned; it is not read where the description says that all are kept. `lists` names
 * in turn, where there are any: the values of an example that are inputs; and of each layer where its kept weights
 * lie in the tensor if only these are stored, then the outputs and the constants that its weights of constant inputs
 * connect.
 */
PL_EXPORT(pl_init)
void pl_init(void *memory, const int32_t *spec, const double *options, const uint8_t *masks, const int32_t *lists) {
  Network *network = memory;
  place_network(NULL, spec, options, memory);
  if (network->features) lists = copy_list(network->features, lists, shape_size(network->in));
  for (int i = 0; i < network->layer_count; i++) {
    Layer *layer = &network->layers[i];
    Constants *c = &layer->constants;
    set_mask(&layer->weight, masks);
    set_mask(&layer->bias, masks);
    if (layer->weight.compact) {
      build_index(layer, lists);
      lists += layer->weight.kept;
    }
    lists = copy_list(c->outputs, lists, c->weight.columns);
    lists = copy_list(c->inputs, lists, c->weight.columns);
  }
}

static void place_any_workspace(Network *network, int batch, int tokens, int backward, Arena *arena) {
  if (network->reads_tokens)
    place_token_workspace(network, parts(batch, CELL), parts(tokens, CELL), backward, arena);
  else
    place_workspace(network, parts(batch, CELL), arena);
}

/*
 * Bytes of workspace for batches of up to `batch` examples, in a network of tokens with so many `tokens` together, and there
 * only if `backward` for more than the forward pass. To be followed by pl_bind.
 */
PL_EXPORT(pl_workspace_size) double pl_workspace_size(Network *network, int batch, int tokens, int backward) {
  Arena arena = {0};
  place_any_workspace(network, batch, tokens, backward, &arena);
  return (double)arena.used;
}

/* Gives the network its workspace; `memory` must be zeroed. */
PL_EXPORT(pl_bind) void pl_bind(Network *network, void *memory, int batch, int tokens, int backward) {
  Arena arena = {.base = memory};
  place_any_workspace(network, batch, tokens, backward, &arena);
}

/*
 * Tells which part of the coming inputs is zero, from 0 to 1. Shapes the speed of what follows, not its numbers.
 * Needs the workspace.
 */
PL_EXPORT(pl_expect_zeros) void pl_expect_zeros(Network *network, double zeros) {
  network->zeros_expected = zeros >= SKIPPING_PAYS_FROM;
  set_skipping(network, network->zeros_expected);
}

/*
 * The tensor numbered `i`: weight, bias and weights of constants of the layers that have them, in order, then the
 * unused parameters; null past the end.
 */
static Tensor *tensor_at(Network *network, int i) {
  for (int l = 0; l < network->layer_count; l++) {
    Layer *layer = &network->layers[l];
    if (layer->weight.rows == 0) continue;
    if (i < 3) return i == 0 ? &layer->weight : i == 1 ? &layer->bias : &layer->constants.weight;
    i -= 3;
  }
  return i == 0 ? &network->unused : NULL;
}

/*
 * The tensors numbered `from` to before `end`, in order, row-major: kept values alone if compact. Slot 0: parameters; 1
 * and 2: optimizer state.
 */
PL_EXPORT(pl_read) void pl_read(Network *network, int slot, int from, int end, float *flat) {
  Tensor *tensor;
  for (int i = from; i < end && (tensor = tensor_at(network, i)); i++, flat += flat_size(tensor))
    read_tensor(tensor, tensor_slot(tensor, slot), flat);
}

/* The counterpart of pl_read; pruned values become 0. */
PL_EXPORT(pl_write) void pl_write(Network *network, int slot, int from, int end, const float *flat) {
  Tensor *tensor;
  for (int i = from; i < end && (tensor = tensor_at(network, i)); i++, flat += flat_size(tensor))
    write_tensor(tensor, tensor_slot(tensor, slot), flat);
}

/* Optimizer steps taken. */
PL_EXPORT(pl_step) double pl_step(const Network *network) { return (double)network->step; }
PL_EXPORT(pl_set_step) void pl_set_step(Network *network, double step) { network->step = (int64_t)step; }

/*
 * One optimizer step for each `batch` of the `count` examples at `order`; the last takes what is left. Either
 * `bytes` (read as byte * scale + offset) or `floats` is null, and either `labels` or `targets`. In a network of tokens
 * `bytes` are all examples' tokens, `scale` bytes each, and `floats` the indices where each example's start. `teacher` may be null;
 * else it holds the outputs of one for all examples, which count by `weight`, softened by `temperature`, and the
 * targets by the rest. Returns the sum of the losses, each measured before its own step: NaN or infinite when one of
 * them is.
 */
PL_EXPORT(pl_train)
double pl_train(Network *network, const uint8_t *bytes, const float *floats, float scale, float offset,
                const uint8_t *labels, const float *targets, const uint32_t *order, int count, int batch,
                double rate, const float *teacher, double temperature, double weight) {
  Examples examples = {bytes, floats, scale, offset, labels, targets};
  Distillation distillation = {teacher, temperature, weight};
  double total = 0;
  int unused_move = moves_unused(network);
  network->constants_known = 0;
  for (int start = 0; start < count; start += batch) {
    int size = count - start < batch ? count - start : batch;
    Update update = begin_step(network, rate);
    Sink sink = {.update = &update};
    total += lead_batch(&(Work){network, examples, order, start, size, network->loss, size, &sink,
                               teacher ? &distillation : NULL});
    if (unused_move) update_unused(network, &update);
  }
  return total;
}

/*
 * Adds the gradient of sum of losses / divisor over one batch to `sums`, a value for each parameter value. `loss` is
 * the network's own, with a teacher as in pl_train, or LOSS_SUM_OF_OUTPUTS, which reads no labels, no targets and
 * has no teacher.
 */
PL_EXPORT(pl_gradients)
void pl_gradients(Network *network, const uint8_t *bytes, const float *floats, float scale, float offset,
                  const uint8_t *labels, const float *targets, const uint32_t *order, int count, double divisor,
                  int loss, float *sums, const float *teacher, double temperature, double weight) {
  Examples examples = {bytes, floats, scale, offset, labels, targets};
  Distillation distillation = {teacher, temperature, weight};
  Sink sink = {.sums = sums};
  lead_batch(&(Work){network, examples, order, 0, count, loss, divisor, &sink, teacher ? &distillation : NULL});
}

/* Adds to result[0] the losses and to result[1] the correctly classified of the examples from `first` on. */
PL_EXPORT(pl_evaluate)
void pl_evaluate(Network *network, const uint8_t *bytes, const float *floats, float scale, float offset,
                 const uint8_t *labels, const float *targets, double first, int count, int batch, double *result) {
  Examples examples = {bytes, floats, scale, offset, labels, targets};
  const Layer *last = &network->layers[network->layer_count - 1];
  const float *output = last->output;
  int outputs = (int)shape_size(last->out);
  for (int start = 0; start < count; start += batch) {
    int size = count - start < batch ? count - start : batch;
    lead_batch(&(Work){network, examples, NULL, (int64_t)first + start, size, network->loss, 1, NULL, NULL});
    for (int b = 0; b < size; b++) result[0] += network->losses[b];
    if (labels) result[1] += count_correct(output, labels, network->order, size, outputs);
  }
}

/* The last layer's outputs of one batch, [example][output]. Neither labels nor targets are read, here and below. */
PL_EXPORT(pl_outputs)
void pl_outputs(Network *network, const uint8_t *bytes, const float *floats, float scale, float offset,
                const uint8_t *labels, const float *targets, const uint32_t *order, int count, float *outputs) {
  Examples examples = {bytes, floats, scale, offset, labels, targets};
  const Layer *last = &network->layers[network->layer_count - 1];
  int64_t width = shape_size(last->out);
  lead_batch(&(Work){network, examples, order, 0, count, LOSS_NONE, 1, NULL, NULL});
  for (int b = 0; b < count; b++)
    for (int64_t i = 0; i < width; i++)
      outputs[b * width + i] = last->output[(b / CELL * width + i) * CELL + b % CELL];
}

/* The last layer's outputs of one example, but for rounding those of pl_outputs, sooner. Takes the workspace of a batch. Not of tokens. */
PL_EXPORT(pl_single)
void pl_single(Network *network, const uint8_t *bytes, const float *floats, float scale, float offset, double example,
               float *outputs) {
  Examples examples = {bytes, floats, scale, offset, NULL, NULL};
  const float *found = single_forward(network, &examples, (int64_t)example);
  int64_t width = shape_size(network->layers[network->layer_count - 1].out);
  for (int64_t i = 0; i < width; i++) outputs[i] = found[i];
}

/* Adds to `sums`, of each dense layer and convolution in turn, the square of each value of its input over one batch. */
PL_EXPORT(pl_input_squares)
void pl_input_squares(Network *network, const uint8_t *bytes, const float *floats, float scale, float offset,
                      const uint8_t *labels, const float *targets, const uint32_t *order, int count, double *sums) {
  Examples examples = {bytes, floats, scale, offset, labels, targets};
  if (network->reads_tokens) network->squares = sums;
  lead_batch(&(Work){network, examples, order, 0, count, LOSS_NONE, 1, NULL, NULL});
  network->squares = NULL;
  for (int l = 0; l < network->layer_count && !network->reads_tokens; l++) {
    const Layer *layer = &network->layers[l];
    if (layer->weight.rows == 0) continue;
    int64_t width = shape_size(layer->in);
    for (int first = 0; first < count; first += CELL) {
      const float *cell = layer->input + first * width;
      for (int64_t i = 0; i < width; i++)
        for (int e = 0; e < smaller(CELL, count - first); e++)
          sums[i] += (double)cell[i * CELL + e] * cell[i * CELL + e];
    }
    sums += width;
  }
}

/* The most threads that can help one network; 0 where threads cannot help each other. */
PL_EXPORT(pl_most_helpers) int pl_most_helpers(void) { return MOST_HELPERS; }

/* Bytes of a meeting, see team.h, which must be zeroed; 0 where threads cannot help each other. */
PL_EXPORT(pl_meeting_size) double pl_meeting_size(void) { return PL_TEAMS ? sizeof(Meeting) : 0; }

/* From here on the network's batches are computed with the helpers that wait for one at the meeting. */
PL_EXPORT(pl_lead) void pl_lead(Network *network, Meeting *meeting) { network->meeting = meeting; }

/*
 * Called by a thread that has nothing else to do: takes part in the batches of the leader of this meeting, until
 * `over` is not 0 or none has come for some time. Returns how many it took part in.
 */
PL_EXPORT(pl_help) int pl_help(Meeting *meeting, const int32_t *over) {
  int count = 0;
#if PL_TEAMS
  if (now() < __atomic_load_n(&meeting->alone_until, __ATOMIC_RELAXED)) return 0;
  for (uint32_t helper = 1; helper < 1 << MOST_HELPERS; helper <<= 1) {
    if (__atomic_fetch_or(&meeting->present, helper, __ATOMIC_ACQ_REL) & helper) continue;
    count = help(meeting, helper, over);
    __atomic_fetch_and(&meeting->present, ~helper, __ATOMIC_ACQ_REL);
    break;
  }
#else
  (void)meeting, (void)over;
#endif
  return count;
}
