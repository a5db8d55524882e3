/* From a network's description to layers, parameters and the sizes of its two memories. */
#include "arena.h"
#include "network.h"

enum { HEADER = 8, LAYER_FIELDS = 12 };

static void arrange(Tensor *tensor, int by_column) {
  int major = by_column ? tensor->columns : tensor->rows, minor = by_column ? tensor->rows : tensor->columns;
  tensor->by_column = by_column;
  tensor->pitch = (int)round_up(minor, CELL);
  tensor->padded_size = (int64_t)major * tensor->pitch;
}

static void plan_tensor(Tensor *tensor, int rows, int columns, int64_t kept, int compact, int64_t *flat) {
  tensor->rows = rows;
  tensor->columns = columns;
  arrange(tensor, 0);
  tensor->kept = kept;
  tensor->compact = compact;
  tensor->masked = !compact && kept < (int64_t)rows * columns;
  tensor->flat_offset = *flat;
  *flat += flat_size(tensor);
}

/* Weight, bias, and what there is of constants, from the fields that follow a layer's shape. */
static void plan_parameters(Layer *layer, int rows, int columns, const int32_t *fields, Layer *source, int64_t *flat) {
  int constants = fields[3], folded = fields[4];
  layer->constants.count = constants;
  layer->constants.source = source;
  plan_tensor(&layer->weight, rows, columns, fields[0], fields[1], flat);
  plan_tensor(&layer->bias, 1, rows + constants, fields[2], 0, flat);
  plan_tensor(&layer->constants.weight, 1, folded, folded, 0, flat);
}

static int windows(int extent, int size, int stride) { return (extent - size) / stride + 1; }

/* Whether activation and pooling, which follow a convolution, fuse with it. */
static int pools_by_two(const int32_t *next, const int32_t *end) {
  return next + LAYER_FIELDS < end && next[0] == LAYER_ACTIVATION && next[1] == ACT_RELU &&
         next[LAYER_FIELDS] == LAYER_POOL && next[LAYER_FIELDS + 1] == 2 && next[LAYER_FIELDS + 2] == 2;
}

/*
 * Reads the description and fills `network` and its `layers`, which has room for one a description layer. An
 * activation becomes part of the layer before it. Shapes were checked by the caller (layerOutputShapes).
 *
 * The description is [loss, optimizer, channels, height, width, layers, values of an example, unused parameters],
 * then for each layer its kind, six numbers of its shape, and, where it has weights, [kept weights, whether only
 * these are stored, kept biases, constant outputs, weights of constant inputs].
 */
static void plan(Network *network, Layer *layers, const int32_t *spec) {
  *network = (Network){.loss = spec[0], .optimizer = spec[1], .in = {spec[2], spec[3], spec[4]}, .layers = layers,
                       .example_size = spec[6]};
  const int32_t *end = spec + HEADER + spec[5] * LAYER_FIELDS;
  Shape shape = network->in;
  Layer *source = NULL;
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
      plan_parameters(layer, s[2], s[1], s + 7, source, &network->parameter_count);
      source = layer;
    } else if (s[0] == LAYER_CONV) {
      layer->kernel_height = s[3], layer->kernel_width = s[4], layer->stride = s[5], layer->padding = s[6];
      layer->out = (Shape){s[2], windows(shape.height + 2 * s[6], s[3], s[5]),
                           windows(shape.width + 2 * s[6], s[4], s[5])};
      layer->convolved = layer->out;
      plan_parameters(layer, s[2], s[1] * s[3] * s[4], s + 7, source, &network->parameter_count);
      source = layer;
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
  plan_tensor(&network->unused, 1, spec[7], spec[7], 0, &network->parameter_count);
}

/* Floats to store a tensor; of a dense first layer enough for either arrangement, see skip_zeros.c. */
static int64_t room_of(const Tensor *tensor, int rearranged) {
  if (tensor->compact || !rearranged) return stored_size(tensor);
  return larger(tensor->rows * round_up(tensor->columns, CELL), tensor->columns * round_up(tensor->rows, CELL));
}

static void place_tensor(Network *network, Tensor *tensor, int rearranged, Arena *arena) {
  int64_t size = room_of(tensor, rearranged);
  int momentum = network->optimizer == OPTIMIZER_ADAM || network->options.beta1 != 0;
  tensor->value = take_floats(arena, size);
  tensor->slot1 = momentum ? take_floats(arena, size) : NULL;
  tensor->slot2 = network->optimizer == OPTIMIZER_ADAM ? take_floats(arena, size) : NULL;
  if (tensor->masked) tensor->mask = take(arena, size / 8);
}

static void place_constants(Network *network, Layer *layer, Arena *arena) {
  Constants *c = &layer->constants;
  c->value = take_floats(arena, round_up(c->count, CELL));
  c->gradient = take_floats(arena, round_up(c->count, CELL));
  layer->shift = layer->bias.value;
  if (c->weight.columns == 0) return;
  place_tensor(network, &c->weight, 0, arena);
  c->outputs = take(arena, c->weight.columns * (int64_t)sizeof(int32_t));
  c->inputs = take(arena, c->weight.columns * (int64_t)sizeof(int32_t));
  layer->shift = take_floats(arena, layer->bias.pitch);
}

/* Parameters, masks, indices and optimizer state. */
static void place_state(Network *network, Arena *arena) {
  int64_t inputs = shape_size(network->in);
  if (inputs < network->example_size) network->features = take(arena, inputs * (int64_t)sizeof(int32_t));
  for (int i = 0; i < network->layer_count; i++) {
    Layer *layer = &network->layers[i];
    if (layer->weight.rows == 0) continue;
    place_tensor(network, &layer->weight, i == 0, arena);
    place_tensor(network, &layer->bias, 0, arena);
    place_constants(network, layer, arena);
    if (layer->weight.compact) place_index(layer, i == 0, arena);
  }
  place_tensor(network, &network->unused, 0, arena);
}

/* Buffers for batches of up to `cells` cells. */
static void place_workspace(Network *network, int cells, Arena *arena) {
  int64_t lanes = (int64_t)cells * CELL;
  int64_t widest = 1, transposed = 0, unpooled = 0, tensor = 0, bordered = 0, convolution = 0, taps = 0, bias = 0;
  int64_t lined = 0;
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
    int height = layer->in.height + 2 * layer->padding, width = layer->in.width + 2 * layer->padding;
    int64_t padded = (int64_t)layer->in.channels * height * width;
    if (layer->kind == LAYER_CONV) lined = larger(lined, padded + STRETCH * VL);
    if (layer->padding > 0) {
      layer->padded = take_floats(arena, padded * lanes);
      if (layer->weight.compact) bordered = larger(bordered, (int64_t)height * width * CELL);
    }
    widest = larger(widest, size);
    if (i > 0) widest = larger(widest, shape_size(layer->in));
    if (layer->kind == LAYER_DENSE && !layer->weight.compact)
      transposed = larger(transposed, round_up(larger(layer->weight.columns, layer->weight.rows), CELL));
    if (layer->pooled) unpooled = larger(unpooled, shape_size(layer->convolved));
    if (layer->weight.rows > 0) {
      int64_t weights = room_of(&layer->weight, i == 0) + (layer->weight.compact ? CELL : 0);
      tensor = larger(tensor, weights);
      bias = larger(bias, layer->bias.pitch + layer->constants.weight.pitch);
    }
    if (layer->kind == LAYER_CONV && !layer->weight.compact) {
      convolution = larger(convolution, (int64_t)layer->weight.rows * layer->weight.columns);
      taps = larger(taps, layer->kernel_height * layer->kernel_width);
    }
  }
  network->transposed = take_floats(arena, transposed * lanes);
  network->backward[0] = take_floats(arena, widest * lanes);
  network->backward[1] = take_floats(arena, widest * lanes);
  network->unpooled = take_floats(arena, unpooled * smaller(cells, CELLS_AT_ONCE) * CELL);
  network->bordered = take_floats(arena, bordered);
  network->packed = take_floats(arena, convolution);
  network->lined = take_floats(arena, lined);
  network->gradient = take_floats(arena, tensor);
  network->bias_gradient = take_floats(arena, bias);
  network->tap_room = taps;
  network->taps = take(arena, (1 + MOST_HELPERS) * taps * (int64_t)(2 * sizeof(int32_t)));
  const Layer *first = &network->layers[0];
  int skips = first->kind == LAYER_DENSE && !first->weight.compact;
  network->entry_room = skips ? larger(CELL * shape_size(network->in), lanes) : 0;
  network->entries = take(arena, (1 + MOST_HELPERS) * network->entry_room * (int64_t)(sizeof(int32_t) + sizeof(float)));
  network->losses = take(arena, lanes * (int64_t)sizeof(double));
  network->order = take(arena, lanes * (int64_t)sizeof(uint32_t));
}
