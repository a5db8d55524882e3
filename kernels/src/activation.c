/* Activations and shifts (biases) over cells, forward and backward. */
#include "elementary.h"
#include "network.h"

INLINE vf relu(vf x) { return keep(~(x <= splat(0)), x); }

/*
 * x = activation(x + shift of its channel), in place, for some of the channels, `plane` values each; shift may be
 * null.
 */
INLINE void activate_channels(const int activation, float *values, const float *shift, int cells, int channels,
                              int64_t plane, Range some) {
  for (int cell = 0; cell < cells; cell++)
    for (int c = some.from; c < some.end; c++) {
      vf s = splat(shift ? shift[c] : 0);
      float *x = values + ((int64_t)cell * channels + c) * plane * CELL;
      for (float *end = x + plane * CELL; x < end; x += VL) {
        vf y = load(x) + s;
        if (activation == ACT_RELU) y = relu(y);
        if (activation == ACT_SIGMOID) y = sigmoid(y);
        if (activation == ACT_TANH) y = hyperbolic_tangent(y);
        store(x, y);
      }
    }
}

NOINLINE void activate_some(int activation, float *x, const float *shift, int cells, Shape shape, Range some) {
  int64_t plane = (int64_t)shape.height * shape.width;
  switch (activation) {
    case ACT_RELU: activate_channels(ACT_RELU, x, shift, cells, shape.channels, plane, some); break;
    case ACT_SIGMOID: activate_channels(ACT_SIGMOID, x, shift, cells, shape.channels, plane, some); break;
    case ACT_TANH: activate_channels(ACT_TANH, x, shift, cells, shape.channels, plane, some); break;
    default:
      if (shift) activate_channels(ACT_NONE, x, shift, cells, shape.channels, plane, some);
  }
}

static void activate(int activation, float *x, const float *shift, int cells, Shape shape) {
  activate_some(activation, x, shift, cells, shape, (Range){0, shape.channels});
}

/* gradient *= activation'(x), where the derivative follows from the output y = activation(x). */
static void differentiate(int activation, float *gradient, const float *output, int64_t count) {
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
  activate(layer->activation, layer->output + mine.from * size, NULL, mine.end - mine.from, layer->out);
}

/* The derivative was applied to `gradient` already. */
static void activation_backward(const Team *team, const Layer *layer, const float *gradient, float *input_gradient,
                                int cells) {
  Range mine = share(team, cells);
  int64_t size = shape_size(layer->out) * CELL;
  for (int64_t i = mine.from * size; i < mine.end * size; i += VL) store(input_gradient + i, load(gradient + i));
}
