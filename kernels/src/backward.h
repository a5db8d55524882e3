/* What a layer's backward pass does with the gradient of a parameter. */
#ifndef PL_BACKWARD_H
#define PL_BACKWARD_H
#include "network.h"
#include "team.h"

/* With an update the parameter takes its optimizer step; else the masked gradient is added to `sums`. */
typedef struct Sink {
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

/* The bias's gradient: the output gradient summed over examples and positions, [cell][channel][plane][CELL]. */
static void deliver_bias(const Team *team, Network *network, const Sink *sink, Layer *layer, const float *gradient,
                         int cells, int64_t plane) {
  int channels = layer->bias.columns;
  Range blocks = share(team, layer->bias.pitch / CELL);
  for (int first = blocks.from * CELL; first < blocks.end * CELL; first += CELL) {
    float sums[CELL] = {0};
    for (int c = first; c < smaller(first + CELL, channels); c++) {
      vf total = splat(0);
      for (int cell = 0; cell < cells; cell++) {
        const float *g = gradient + ((int64_t)cell * channels + c) * plane * CELL;
        for (int64_t i = 0; i < plane * CELL; i += VL) total += load(g + i);
      }
      sums[c - first] = sum(total);
    }
    if (sink->update)
      update_values(sink->update, &layer->bias, first, sums, CELL);
    else
      for (int i = 0; i < CELL; i++) network->gradient[first + i] = sums[i];
  }
  if (!sink->update) deliver(sink, &layer->bias, network->gradient);
}
#endif
