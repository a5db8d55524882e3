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

/* Fields of a token layer's shape, see plan; `layers` up to this one are planned. */
static void plan_token_layer(Layer *layer, const int32_t *s, int64_t *flat) {
  layer->from[0] = layer - 1;
  if (s[0] == LAYER_EMBEDDINGS) {
    layer->from[0] = NULL;
    layer->out = (Shape){s[3], 1, 1};
    plan_tensor(&layer->weight, s[1], s[3], s[7], s[8], flat);
    plan_tensor(&layer->bias, s[2], s[3], s[9], 0, flat);
    plan_tensor(&layer->constants.weight, 1, 0, 0, 0, flat);
  } else if (s[0] == LAYER_NORM) {
    if (s[2] > 0) layer->from[1] = layer - s[2];
    layer->epsilon = *(const float *)(const void *)&s[3];
    plan_tensor(&layer->weight, 1, s[1], s[7], s[8], flat);
    plan_tensor(&layer->bias, 1, s[1], s[9], 0, flat);
    plan_tensor(&layer->constants.weight, 1, 0, 0, 0, flat);
  } else if (s[0] == LAYER_ATTENTION) {
    layer->heads = s[1];
    for (int i = 0; i < 3; i++) layer->from[i] = layer - 3 + i;
  } else if (s[0] == LAYER_DENSE) {
    layer->from[0] = layer - s[3];
  }
  if (layer->from[0]) layer->in = layer->from[0]->out;
  layer->per_token = s[0] == LAYER_EMBEDDINGS || (s[0] != LAYER_FIRST_TOKEN && layer->from[0]->per_token);
  for (int i = 0; i < 3; i++)
    if (layer->from[i]) layer->from[i]->reader = layer;
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
 *
 * A network whose first layer is of embeddings is one of tokens. There a layer may take the output of another one than
 * the layer before, so many layers back. Shapes: embeddings [vocabulary, positions, width], dense [inputs, outputs,
 * layers back], norm [width, layers back to what is added first, or 0, epsilon as a float's bits], attention
 * [heads], whose query, key and value are the three layers before it.
 */
static void plan(Network *network, Layer *layers, const int32_t *spec) {
  *network = (Network){.loss = spec[0], .optimizer = spec[1], .in = {spec[2], spec[3], spec[4]}, .layers = layers,
                       .example_size = spec[6], .reads_tokens = spec[HEADER] == LAYER_EMBEDDINGS};
  const int32_t *end = spec + HEADER + spec[5] * LAYER_FIELDS;
  Shape shape = network->in;
  Layer *source = NULL;
  int count = 0;
  for (const int32_t *s = spec + HEADER; s < end; s += LAYER_FIELDS) {
    Layer *layer = &layers[count];
    if (s[0] == LAYER_ACTIVATION && count > 0 && layers[count - 1].activation == ACT_NONE &&
        layers[count - 1].kind != LAYER_FIRST_TOKEN) {
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
    } else if (s[0] == LAYER_ACTIVATION) {
      layer->activation = s[1];
    }
    if (network->reads_tokens) plan_token_layer(layer, s, &network->parameter_count);
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
    place_tensor(network, &layer->weight, i == 0 && !network->reads_tokens, arena);
    place_tensor(network, &layer->bias, 0, arena);
    place_constants(network, layer, arena);
    if (layer->weight.compact) place_index(layer, i == 0, arena);
  }
  place_tensor(network, &network->unused, 0, arena);
}

/* A buffer of this size that no layer's output or gradient lies in, which stays taken; returns its layer. */
static int take_buffer(Network *network, int64_t size, Arena *arena) {
  Layer *layers = network->layers;
  int i = 0;
  while (layers[i].buffer.size > 0 && (layers[i].buffer.taken || layers[i].buffer.size != size)) i++;
  if (layers[i].buffer.size == 0) layers[i].buffer = (Buffer){take_floats(arena, size), size, 0};
  layers[i].buffer.taken = 1;
  return i;
}

static void free_buffer(Network *network, Layer *layer) {
  if (layer->buffer_index >= 0) network->layers[layer->buffer_index].buffer.taken = 0;
  layer->buffer_index = -1;
}

INLINE int64_t output_size(const Network *network, const Layer *layer) {
  return shape_size(layer->out) * (layer->per_token ? network->token_room : network->cells) * CELL;
}

/* Outputs in buffers that are taken again as soon as nothing reads them; norms and GELU work in place. */
static void place_passing_outputs(Network *network, Arena *arena) {
  for (int i = 0; i < network->layer_count; i++) {
    Layer *layer = &network->layers[i], *from = layer->from[0];
    if (layer->kind == LAYER_NORM || layer->kind == LAYER_GELU)
      layer->buffer_index = from->buffer_index, from->buffer_index = -1;
    else
      layer->buffer_index = take_buffer(network, output_size(network, layer), arena);
    layer->output = network->layers[layer->buffer_index].buffer.memory;
    for (int f = 0; f < 3; f++)
      if (layer->from[f] && layer->from[f]->reader == layer) free_buffer(network, layer->from[f]);
  }
}

/* Outputs that all stay, and gradients in buffers that are taken again. */
static void place_trained_outputs(Network *network, Arena *arena) {
  Layer *layers = network->layers;
  int last = network->layer_count - 1;
  for (int i = 0; i <= last; i++) layers[i].output = take_floats(arena, output_size(network, &layers[i]));
  layers[last].buffer_index = take_buffer(network, output_size(network, &layers[last]), arena);
  for (int i = last; i >= 0; i--) {
    for (int f = 0; f < 3; f++)
      if (layers[i].from[f] && layers[i].from[f]->reader == &layers[i])
        layers[i].from[f]->buffer_index = take_buffer(network, output_size(network, layers[i].from[f]), arena);
    layers[i].gradient = layers[layers[i].buffer_index].buffer.memory;
    free_buffer(network, &layers[i]);
  }
}

/* Scratch of a thread, see attention.c and transformer.c. */
static int64_t token_scratch(const Network *network, int backward) {
  int64_t pitch = round_up(network->longest, CELL) + CELL, room = CELL;
  for (int i = 0; i < network->layer_count; i++) {
    const Layer *layer = &network->layers[i];
    int64_t head = layer->heads ? layer->out.channels / layer->heads : 0;
    int64_t attention = CELL + ((backward ? 7 : 4) * head + (backward ? 3 : 1) * pitch) * pitch;
    room = larger(room, larger(layer->heads ? attention : 0, layer->weight.pitch + CELL));
  }
  return round_up(room, CELL);
}

/* Buffers of a network of tokens, for batches of up to so many cells of examples and of tokens. */
static void place_token_workspace(Network *network, int cells, int token_cells, int backward, Arena *arena) {
  int64_t lanes = (int64_t)cells * CELL, tokens = (int64_t)token_cells * CELL, word = sizeof(int32_t);
  int64_t transposed = 0, tensor = CELL, bias = CELL, added = 0;
  network->cells = cells;
  network->token_room = token_cells;
  network->longest = (int)(network->example_size < tokens ? network->example_size : tokens);
  for (int i = 0; i < network->layer_count; i++) network->layers[i].buffer = (Buffer){0}, network->layers[i].buffer_index = -1;
  if (backward)
    place_trained_outputs(network, arena);
  else
    place_passing_outputs(network, arena);
  for (int i = 0; i < network->layer_count; i++) {
    Layer *layer = &network->layers[i];
    if (layer->from[0]) layer->input = layer->from[0]->output;
    if (layer->kind == LAYER_NORM) layer->statistics = take_floats(arena, 2 * tokens);
    if (!backward || layer->weight.rows == 0) continue;
    int64_t inputs = layer->per_token ? tokens : lanes;
    bias = larger(bias, layer->bias.pitch);
    if (layer->kind == LAYER_EMBEDDINGS) {
      transposed = larger(transposed, layer->weight.pitch * tokens);
      continue;
    }
    tensor = larger(tensor, stored_size(&layer->weight) + CELL);
    if (layer->kind == LAYER_DENSE && !layer->weight.compact)
      transposed = larger(transposed, round_up(larger(layer->weight.columns, layer->weight.rows), CELL) * inputs);
    if (layer->from[0]->reader != layer) added = larger(added, output_size(network, layer->from[0]));
  }
  const Layer *tables = &network->layers[0];
  network->transposed = take_floats(arena, transposed);
  network->gradient = take_floats(arena, tensor);
  network->bias_gradient = take_floats(arena, bias);
  network->added = take_floats(arena, added);
  network->scratch_room = token_scratch(network, backward);
  network->scratch = take_floats(arena, (1 + MOST_HELPERS) * network->scratch_room);
  network->sentences = take(arena, (lanes + 1) * word);
  network->ids = take(arena, tokens * word);
  network->places = take(arena, tokens * word);
  network->row_starts = take(arena, (larger(tables->weight.rows, tables->bias.rows) + 1) * word);
  network->row_tokens = take(arena, tokens * word);
  network->losses = take(arena, lanes * (int64_t)sizeof(double));
  network->order = take(arena, lanes * (int64_t)sizeof(uint32_t));
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
