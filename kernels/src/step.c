/* A batch through the network: forward, loss, backward. */
#include "backward.h"
#include "network.h"

/* Takes the batch's examples into the workspace; `order` null means the examples from `first` on. */
static void read_batch(Network *network, const Examples *examples, const uint32_t *order, int64_t first, int count) {
  int cells = parts(count, CELL);
  for (int i = 0; i < cells * CELL; i++)
    network->order[i] = i < count ? (order ? order[i] : (uint32_t)(first + i)) : network->order[0];
  gather_cells(network, examples, network->order, cells);
}

static const float *forward(Network *network, int cells) {
  const float *output = network->input;
  for (int i = 0; i < network->layer_count; i++) {
    Layer *layer = &network->layers[i];
    if (layer->weight.rows > 0) constants_forward(layer);
    switch (layer->kind) {
      case LAYER_DENSE:
        if (layer->weight.compact)
          sparse_dense_forward(network, layer, cells);
        else if (layer->weight.by_column)
          skipping_forward(network, layer, cells);
        else
          dense_forward(layer, cells);
        break;
      case LAYER_CONV:
        if (layer->weight.compact)
          sparse_conv_forward(layer, cells);
        else
          conv_forward(network, layer, cells);
        break;
      case LAYER_POOL: pool_forward(layer, cells); break;
      default: activation_forward(layer, cells);
    }
    output = layer->output;
  }
  return output;
}

/* Losses into network->losses, and the gradient of their sum / divisor into `gradient`, unless null. */
static void measure_loss(Network *network, const Examples *examples, const float *output, int count, double divisor,
                         float *gradient) {
  int width = (int)shape_size(network->layers[network->layer_count - 1].out);
  if (network->loss == LOSS_CROSS_ENTROPY)
    cross_entropy(output, examples->labels, network->order, count, width, divisor, network->losses, gradient);
  else
    squared_error(output, examples->targets, network->order, count, width, divisor, network->losses, gradient);
}

/* From the gradient of the output, in network->backward[0], to all parameters. */
static void backward(Network *network, int cells, const Sink *sink) {
  float *gradient = network->backward[0], *next = network->backward[1];
  for (int i = network->layer_count - 1; i >= 0; i--) {
    Layer *layer = &network->layers[i];
    differentiate(layer->activation, gradient, layer->output, shape_size(layer->out) * cells * CELL);
    float *input_gradient = i > 0 ? next : NULL;
    switch (layer->kind) {
      case LAYER_DENSE:
        if (layer->weight.compact) {
          if (input_gradient) sparse_dense_backward_input(layer, gradient, input_gradient, cells);
          sparse_dense_backward_weight(network, layer, gradient, cells, sink);
          break;
        }
        if (input_gradient) dense_backward_input(layer, gradient, input_gradient, cells);
        if (layer->weight.by_column)
          skipping_backward_weight(network, layer, gradient, cells, sink);
        else
          dense_backward_weight(network, layer, gradient, cells, sink);
        break;
      case LAYER_CONV:
        if (layer->weight.compact)
          sparse_conv_backward(network, layer, gradient, input_gradient, cells, sink);
        else
          conv_backward(network, layer, gradient, input_gradient, cells, sink);
        break;
      case LAYER_POOL:
        if (input_gradient) pool_backward(layer, gradient, input_gradient, cells);
        break;
      default:
        if (input_gradient) activation_backward(layer, gradient, input_gradient, cells);
    }
    next = gradient;
    gradient = input_gradient;
  }
}

/* Forward, loss and backward for the batch in the workspace; returns the sum of its losses. */
static double run_batch(Network *network, const Examples *examples, int count, double divisor, const Sink *sink) {
  int cells = parts(count, CELL);
  const float *output = forward(network, cells);
  measure_loss(network, examples, output, count, divisor, network->backward[0]);
  backward(network, cells, sink);
  double sum = 0;
  for (int b = 0; b < count; b++) sum += network->losses[b];
  return sum;
}
