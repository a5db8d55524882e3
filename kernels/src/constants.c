/*
 * Constants: outputs without any kept weight of an input that varies. Each is the same number for every example, so
 * they have no place among the activations: it is computed once a batch, its kept weights (to outputs of the next
 * layer, varying or constant) add to what is added to these outputs anyway, and their gradients follow from the
 * biases'. A whole batch thus costs what one example would. Where a border of zeros would follow, an output is not
 * treated as one: its image would not be the same number everywhere.
 */
#include "network.h"

/* Before the layer's own forward pass: layer->shift, and the values of its constants. */
static void constants_forward(Layer *layer) {
  Constants *c = &layer->constants;
  int outputs = layer->out.channels;
  if (c->weight.columns > 0) {
    for (int o = 0; o < layer->bias.columns; o++) layer->shift[o] = layer->bias.value[o];
    for (int n = 0; n < c->weight.columns; n++)
      layer->shift[c->outputs[n]] += c->weight.value[n] * c->source->constants.value[c->inputs[n]];
  }
  for (int j = 0; j < c->count; j++) {
    c->value[j] = layer->shift[outputs + j];
    c->gradient[j] = 0;
  }
  if (c->count > 0) activate(layer->activation, c->value, NULL, 1, (Shape){parts(c->count, CELL), 1, 1});
}

/*
 * After the gradients of the varying outputs' biases, in `biases`: adds those of the constants' biases, fills
 * `weights` with those of the weights of constant inputs, and passes gradients on to these.
 */
static void constants_backward(Layer *layer, float *biases, float *weights) {
  Constants *c = &layer->constants;
  if (c->count > 0) differentiate(layer->activation, c->gradient, c->value, round_up(c->count, CELL));
  for (int j = 0; j < c->count; j++) biases[layer->out.channels + j] = c->gradient[j];
  for (int n = 0; n < c->weight.columns; n++) {
    Constants *from = &c->source->constants;
    float gradient = biases[c->outputs[n]];
    weights[n] = gradient * from->value[c->inputs[n]];
    from->gradient[c->inputs[n]] += gradient * c->weight.value[n];
  }
  for (int n = c->weight.columns; n < c->weight.pitch; n++) weights[n] = 0;
}
