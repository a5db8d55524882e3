/* SGD and Adam as in torch.optim, over padded tensors, masks included. */
#include "elementary.h"
#include "network.h"

/* Nearer to 0, a gradient or a moment counts as 0: its square would be denormal. */
static const float TINY_GRADIENT = 1e-18f, TINY_SQUARE = 1e-36f;

/*
 * Adam (Kingma & Ba 2015) as PyTorch orders it: the step is rate * m' / (sqrt(v') + epsilon) with m' and v'
 * bias-corrected; here both corrections are folded into rate and epsilon.
 */
static Update begin_step(Network *network, double rate) {
  const OptimizerOptions *o = &network->options;
  network->step++;
  Update update = {.kind = network->optimizer, .weight_decay = (float)o->weight_decay, .beta1 = (float)o->beta1};
  if (network->optimizer == OPTIMIZER_SGD) {
    update.rate = (float)rate;
    update.nesterov = o->beta2 != 0;
    return update;
  }
  double root = __builtin_sqrt(1 - power(o->beta2, network->step));
  update.one_minus_beta1 = (float)(1 - o->beta1);
  update.beta2 = (float)o->beta2;
  update.root_one_minus_beta2 = (float)__builtin_sqrt(1 - o->beta2);
  update.rate = (float)(rate * root / (1 - power(o->beta1, network->step)));
  update.epsilon = (float)(o->epsilon * root);
  return update;
}

INLINE void adam(const Update *u, Tensor *tensor, int64_t index, vf gradient) {
  float *value = tensor->value + index, *first = tensor->slot1 + index, *second = tensor->slot2 + index;
  vf w = load(value);
  vf g = flush(splat(u->weight_decay) * w + gradient, TINY_GRADIENT);
  if (tensor->masked) g = keep(kept_lanes(tensor, index), g);
  vf m = flush(load(first) * splat(u->beta1) + g * splat(u->one_minus_beta1), TINY_GRADIENT);
  vf scaled = g * splat(u->root_one_minus_beta2);
  vf v = load(second) * splat(u->beta2) + scaled * scaled;
  v = flush(v, TINY_SQUARE);
  store(first, m);
  store(second, v);
  w -= splat(u->rate) * m / (square_root(v) + splat(u->epsilon));
  store(value, tensor->masked ? keep(kept_lanes(tensor, index), w) : w);
}

INLINE void sgd(const Update *u, Tensor *tensor, int64_t index, vf gradient) {
  float *value = tensor->value + index;
  vf w = load(value);
  vf g = splat(u->weight_decay) * w + gradient;
  if (tensor->masked) g = keep(kept_lanes(tensor, index), g);
  if (tensor->slot1) {
    float *momentum = tensor->slot1 + index;
    vf m = flush(load(momentum) * splat(u->beta1) + g, TINY_GRADIENT);
    store(momentum, m);
    if (u->nesterov)
      g += splat(u->beta1) * m;
    else
      g = m;
  }
  w -= splat(u->rate) * g;
  store(value, tensor->masked ? keep(kept_lanes(tensor, index), w) : w);
}

/* Updates `count` values from `index`, both multiples of CELL, given their gradient. */
static void update_values(const Update *u, Tensor *tensor, int64_t index, const float *gradient, int64_t count) {
  if (u->kind == OPTIMIZER_ADAM)
    for (int64_t i = 0; i < count; i += VL) adam(u, tensor, index + i, load(gradient + i));
  else
    for (int64_t i = 0; i < count; i += VL) sgd(u, tensor, index + i, load(gradient + i));
}

/*
 * Whether steps change the unused parameters. Their gradient is 0; weight decay moves them, and so do moments from the
 * time when they were used, until these have decayed to 0.
 */
static int moves_unused(const Network *network) {
  const Tensor *unused = &network->unused;
  if (network->options.weight_decay != 0) return unused->columns > 0;
  for (int i = 0; i < unused->columns; i++)
    if ((unused->slot1 && unused->slot1[i] != 0) || (unused->slot2 && unused->slot2[i] != 0)) return 1;
  return 0;
}

static void update_unused(Network *network, const Update *update) {
  static const float zeros[CELL] __attribute__((aligned(64)));
  for (int64_t i = 0; i < network->unused.pitch; i += CELL)
    update_values(update, &network->unused, i, zeros, CELL);
}

/* Starts to load what an update of `rows` x `width` values from `index` will touch. */
INLINE void prefetch_tile(const Tensor *tensor, int64_t index, int rows, int width) {
  for (int i = 0; i < rows; i++, index += tensor->pitch)
    for (int c = 0; c < width; c += CELL) {
      __builtin_prefetch(tensor->value + index + c, 1);
      if (tensor->slot1) __builtin_prefetch(tensor->slot1 + index + c, 1);
      if (tensor->slot2) __builtin_prefetch(tensor->slot2 + index + c, 1);
    }
}
