/* Activations and biases over cells, forward and backward. */
#include "elementary.h"
#include "network.h"
#include "team.h"

INLINE vf relu(vf x) { return keep(~(x <= splat(0)), x); }

/* x = activation(x + bias of its channel), in place, for some of the channels, `plane` values each; bias may be null. */
INLINE void activate_channels(const int activation, float *values, const float *bias, int cells, int channels,
                              int64_t plane, Range some) {
  for (int cell = 0; cell < cells; cell++)
    for (int c = some.from; c < some.end; c++) {
      vf b = splat(bias ? bias[c] : 0);
      float *x = values + ((int64_t)cell * channels + c) * plane * CELL;
      for (float *end = x + plane * CELL; x < end; x += VL) {
        vf y = load(x) + b;
        if (activation == ACT_RELU) y = relu(y);
        if (activation == ACT_SIGMOID) y = sigmoid(y);
        if (activation == ACT_TANH) y = hyperbolic_tangent(y);
        store(x, y);
      }
    }
}

INLINE Range all_channels(Shape shape) { return (Range){0, shape.channels}; }

NOINLINE void activate(int activation, float *x, const float *bias, int cells, Shape shape, Range some) {
  int64_t plane = (int64_t)shape.height * shape.width;
  switch (activation) {
    case ACT_RELU: activate_channels(ACT_RELU, x, bias, cells, shape.channels, plane, some); break;
    case ACT_SIGMOID: activate_channels(ACT_SIGMOID, x, bias, cells, shape.channels, plane, some); break;
    case ACT_TANH: activate_channels(ACT_TANH, x, bias, cells, shape.channels, plane, some); break;
    default:
      if (bias) activate_channels(ACT_NONE, x, bias, cells, shape.channels, plane, some);
  }
}

/* gradient *= activation'(x), where the derivative follows from the output y = activation(x). */
static void differentiate(const Team *team, int activation, float *gradient, const float *output, int64_t values) {
  Range cells = share(team, (int)(values / CELL)); /* cells of one feature each */
  gradient += (int64_t)cells.from * CELL, output += (int64_t)cells.from * CELL;
  int64_t count = (int64_t)(cells.end - cells.from) * CELL;
  if (activation == ACT_RELU)
    for (int64_t i = 0; i < count; i += VL)
      store(gradient + i, keep(~(load(output + i) <= splat(0)), load(gradient + i)));
  if (activation == ACT_SIGMOID)
    for (int64_t i = 0; i < count; i += VL) {
      vf y = load(output + i);
      store(gradient + i, load(gradient + i) * (y * (splat(1) - y)));
    }
  if (activation == ACT_TANH)
    for (int64_t i = 0; i < count; i += VL) {
      vf y = load(output + i);
      store(gradient + i, load(gradient + i) * (splat(1) - y * y));
    }
}

/* An activation with no layer before it that could take it in: a layer of its own. */
static void activation_forward(const Team *team, Layer *layer, int cells) {
  Range mine = share(team, cells);
  int64_t size = shape_size(layer->out) * CELL;
  for (int64_t i = mine.from * size; i < mine.end * size; i += VL) store(layer->output + i, load(layer->input + i));
  activate(layer->activation, layer->output + mine.from * size, NULL, mine.end - mine.from, layer->out,
           all_channels(layer->out));
}

/* The derivative was applied to `gradient` already. */
static void activation_backward(const Team *team, const Layer *layer, const float *gradient, float *input_gradient,
                                int cells) {
  Range mine = share(team, cells);
  int64_t size = shape_size(layer->out) * CELL;
  for (int64_t i = mine.from * size; i < mine.end * size; i += VL) store(input_gradient + i, load(gradient + i));
}
