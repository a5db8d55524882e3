/* From a network's description to layers, parameters and the sizes of its two memories. */
#include "arena.h"
#include "network.h"

enum { HEADER = 6, LAYER_FIELDS = 7 };

static void arrange(Tensor *tensor, int by_column) {
  int major = by_column ? tensor->columns : tensor->rows, minor = by_column ? tensor->rows : tensor->columns;
  tensor->by_column = by_column;
  tensor->pitch = (int)round_up(minor, CELL);
  tensor->padded_size = (int64_t)major * tensor->pitch;
}

/* Enough for either arrangement. */
static int64_t largest_size(const Tensor *tensor) {
  return larger(tensor->rows * round_up(tensor->columns, CELL), tensor->columns * round_up(tensor->rows, CELL));
}

static void plan_tensor(Tensor *tensor, int rows, int columns, int64_t *flat) {
  tensor->rows = rows;
  tensor->columns = columns;
  arrange(tensor, 0);
  tensor->flat_offset = *flat;
  *flat += (int64_t)rows * columns;
}

static int windows(int extent, int size, int stride) { return (extent - size) / stride + 1; }

/* Whether activation and pooling, which follow a convolution, fuse with it. */
static int pools_by_two(const int32_t *next, const int32_t *end) {
  return next + LAYER_FIELDS < end && next[0] == LAYER_ACTIVATION && next[1] == ACT_RELU &&
         next[LAYER_FIELDS] == LAYER_POOL && next[LAYER_FIELDS + 1] == 2 && next[LAYER_FIELDS + 2] == 2;
}

/*
 * Reads the description, [loss, optimizer, channels, height, width, layers] and for each layer its kind and up
 * to six numbers, and fills `network` and its `layers`, which has room for one a description layer. An
 * activation becomes part of the layer before it. Shapes were checked by the caller (layerOutputShapes).
 */
static void plan(Network *network, Layer *layers, const int32_t *spec) {
  *network = (Network){.loss = spec[0], .optimizer = spec[1], .in = {spec[2], spec[3], spec[4]}, .layers = layers};
  const int32_t *end = spec + HEADER + spec[5] * LAYER_FIELDS;
  Shape shape = network->in;
  int count = 0;
  for (const int32_t *s = spec + HEADER; s < end; s += LAYER_FIELDS) {
    Layer *layer = &layers[count];
    if (s[0] == LAYER_ACTIVATION && count > 0 && layers[count - 1].activation == ACT_NONE) {
      layers[count - 1].activation = s[1];
      continue;
    }
    *layer = (Layer){.kind = s[0], .in = shape, .out = shape};
    if (s[0] == LAYER_DENSE) {
      layer->out = (Shape){s[2], 1, 1};
      plan_tensor(&layer->weight, s[2], s[1], &network->parameter_count);
      plan_tensor(&layer->bias, 1, s[2], &network->parameter_count);
    } else if (s[0] == LAYER_CONV) {
      layer->kernel_height = s[3], layer->kernel_width = s[4], layer->stride = s[5], layer->padding = s[6];
      layer->out = (Shape){s[2], windows(shape.height + 2 * s[6], s[3], s[5]),
                           windows(shape.width + 2 * s[6], s[4], s[5])};
      layer->convolved = layer->out;
      plan_tensor(&layer->weight, s[2], s[1] * s[3] * s[4], &network->parameter_count);
      plan_tensor(&layer->bias, 1, s[2], &network->parameter_count);
      if (pools_by_two(s + LAYER_FIELDS, end)) {
        layer->pooled = 1, layer->activation = ACT_RELU;
        layer->out.height /= 2, layer->out.width /= 2;
        s += 2 * LAYER_FIELDS;
      }
    } else if (s[0] == LAYER_POOL) {
      layer->window = s[1], layer->stride = s[2];
      layer->out.height = windows(shape.height, s[1], s[2]), layer->out.width = windows(shape.width, s[1], s[2]);
    } else {
      layer->activation = s[1];
    }
    shape = layer->out;
    count++;
  }
  network->layer_count = count;
}

static void place_tensor(Network *network, Tensor *tensor, Arena *arena) {
  int64_t size = largest_size(tensor);
  tensor->value = take_floats(arena, size);
  int momentum = network->optimizer == OPTIMIZER_ADAM || network->options.beta1 != 0;
  tensor->slot1 = momentum ? take_floats(arena, size) : NULL;
  tensor->slot2 = network->optimizer == OPTIMIZER_ADAM ? take_floats(arena, size) : NULL;
  tensor->mask = take(arena, size / 8);
}

/* Parameters, masks and optimizer state. */
static void place_state(Network *network, Arena *arena) {
  for (int i = 0; i < network->layer_count; i++) {
    Layer *layer = &network->layers[i];
    if (layer->weight.rows == 0) continue;
    place_tensor(network, &layer->weight, arena);
    place_tensor(network, &layer->bias, arena);
  }
}

/* Buffers for batches of up to `cells` cells. */
static void place_workspace(Network *network, int cells, Arena *arena) {
  int64_t lanes = (int64_t)cells * CELL;
  int64_t widest = 1, transposed = 0, unpooled = 0, tensor = 0, bordered = 0, convolution = 0, taps = 0;
  network->cells = cells;
  network->input = take_floats(arena, shape_size(network->in) * lanes);
  float *input = network->input;
  for (int i = 0; i < network->layer_count; i++) {
    Layer *layer = &network->layers[i];
    int64_t size = shape_size(layer->out);
    layer->input = input;
    layer->output = input = take_floats(arena, size * lanes);
    layer->argmax =
        layer->pooled || layer->kind == LAYER_POOL ? take(arena, size * lanes * (int64_t)sizeof(int32_t)) : NULL;
    layer->padded = NULL;
    if (layer->padding > 0) {
      int height = layer->in.height + 2 * layer->padding, width = layer->in.width + 2 * layer->padding;
      layer->padded = take_floats(arena, (int64_t)layer->in.channels * height * width * lanes);
      if (layer->weight.compact) bordered = larger(bordered, (int64_t)height * width * CELL);
    }
    widest = larger(widest, size);
    if (i > 0) widest = larger(widest, shape_size(layer->in));
    place_index(layer, i == 0, arena);
    if (layer->kind == LAYER_DENSE && !layer->weight.compact)
      transposed = larger(transposed, round_up(larger(layer->weight.columns, layer->weight.rows), CELL));
    if (layer->pooled) unpooled = larger(unpooled, shape_size(layer->convolved));
    if (layer->weight.rows > 0) {
      int64_t weights = layer->weight.compact ? stored_size(&layer->weight) + CELL : largest_size(&layer->weight);
      tensor = larger(tensor, larger(weights, largest_size(&layer->bias)));
    }
    if (layer->kind == LAYER_CONV && !layer->weight.compact) {
      convolution = larger(convolution, (int64_t)layer->weight.rows * layer->weight.columns);
      taps = larger(taps, layer->weight.columns);
    }
  }
  network->transposed = take_floats(arena, transposed * lanes);
  network->backward[0] = take_floats(arena, widest * lanes);
  network->backward[1] = take_floats(arena, widest * lanes);
  network->unpooled = take_floats(arena, unpooled * smaller(cells, CELLS_AT_ONCE) * CELL);
  network->bordered = take_floats(arena, bordered);
  network->packed = take_floats(arena, convolution);
  network->gradient = take_floats(arena, tensor);
  network->taps = take(arena, taps * (int64_t)(2 * sizeof(int32_t)));
  int64_t entries = lanes * shape_size(network->in);
  network->entries = take(arena, entries * (int64_t)(sizeof(int32_t) + sizeof(float)));
  network->losses = take(arena, lanes * (int64_t)sizeof(double));
  network->order = take(arena, lanes * (int64_t)sizeof(uint32_t));
}
