/* What a layer's backward pass does with the gradient of a parameter. */
#ifndef PL_BACKWARD_H
#define PL_BACKWARD_H
#include "network.h"

/* With an update the parameter takes its optimizer step; else the masked gradient is added to `sums`. */
typedef struct Sink {
  const Update *update;
  float *sums; /* by flat offset */
} Sink;

/* Delivers this thread's share of a gradient, stored like its tensor. */
static void deliver(const Team *team, const Sink *sink, Tensor *tensor, const float *gradient) {
  Range blocks = share(team, (int)(stored_size(tensor) / CELL));
  int64_t start = (int64_t)blocks.from * CELL, end = (int64_t)blocks.end * CELL;
  if (sink->update)
    update_values(sink->update, tensor, start, gradient + start, end - start);
  else
    add_gradient(tensor, gradient, sink->sums + tensor->flat_offset);
}

/*
 * The bias's gradient: the output gradient summed over examples and positions, [cell][channel][plane][CELL]. With it
 * those of the layer's constants, which a team's network does not have.
 */
static void deliver_bias(const Team *team, Network *network, const Sink *sink, Layer *layer, const float *gradient,
                         int cells, int64_t plane) {
  float *sums = network->bias_gradient, *constants = sums + layer->bias.pitch;
  int channels = layer->out.channels;
  Range blocks = share(team, layer->bias.pitch / CELL);
  for (int c = blocks.from * CELL; c < blocks.end * CELL; c++) {
    vf total = splat(0);
    for (int cell = 0; cell < cells && c < channels; cell++) {
      const float *g = gradient + ((int64_t)cell * channels + c) * plane * CELL;
      for (int64_t i = 0; i < plane * CELL; i += VL) total += load(g + i);
    }
    sums[c] = sum(total);
  }
  constants_backward(layer, sums, constants);
  deliver(team, sink, &layer->bias, sums);
  if (layer->constants.weight.columns > 0) deliver(team, sink, &layer->constants.weight, constants);
}
#endif
