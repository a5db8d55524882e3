/* What a layer's backward pass does with the gradient of a parameter. */
#ifndef PL_BACKWARD_H
#define PL_BACKWARD_H
#include "network.h"

/* With an update the parameter takes its optimizer step; else the masked gradient is added to `sums`. */
typedef struct {
  const Update *update;
  float *sums; /* by flat offset */
} Sink;

/* Delivers a whole gradient, stored like its tensor. */
static void deliver(const Sink *sink, Tensor *tensor, const float *gradient) {
  if (sink->update)
    update_values(sink->update, tensor, 0, gradient, stored_size(tensor));
  else
    add_gradient(tensor, gradient, sink->sums + tensor->flat_offset);
}

/*
 * The bias's gradient: the output gradient summed over examples and positions, [cell][channel][plane][CELL]. With it
 * those of the layer's constants. Comes last in a layer's backward pass.
 */
static void deliver_bias(Network *network, const Sink *sink, Layer *layer, const float *gradient, int cells,
                         int64_t plane) {
  float *sums = network->gradient, *constants = sums + layer->bias.pitch;
  int channels = layer->out.channels;
  for (int c = channels; c < layer->bias.pitch; c++) sums[c] = 0;
  for (int c = 0; c < channels; c++) {
    vf total = splat(0);
    for (int cell = 0; cell < cells; cell++) {
      const float *g = gradient + ((int64_t)cell * channels + c) * plane * CELL;
      for (int64_t i = 0; i < plane * CELL; i += VL) total += load(g + i);
    }
    sums[c] = sum(total);
  }
  constants_backward(layer, sums, constants);
  deliver(sink, &layer->bias, sums);
  if (layer->constants.weight.columns > 0) deliver(sink, &layer->constants.weight, constants);
}
#endif
