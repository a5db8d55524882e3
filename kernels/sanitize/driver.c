/*
 * Runs every kind of layer at sizes that are multiples of nothing through all entry points, to be compiled with
 * -fsanitize=address,undefined. All buffers are exactly as large as they must be. With -fsanitize=thread and
 * -DHELPERS=3 it runs the dense ones, and transformers, first alone, then with helping threads: the numbers must be the same.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../prune_lab.c"

#define LAYER(...) {__VA_ARGS__}
enum { MOST_LAYERS = 8, SHAPE_FIELDS = 7, EXAMPLES = 90 };

typedef struct {
  const char *name;
  int loss, channels, height, width, outputs, layer_count;
  int32_t layers[MOST_LAYERS][SHAPE_FIELDS];
} Case;

static const Case cases[] = {
    {"one dense layer", 1, 3, 1, 1, 2, 1, {LAYER(1, 3, 2)}},
    {"activation first", 2, 21, 1, 1, 3, 3, {LAYER(4, 3), LAYER(4, 2), LAYER(1, 21, 3)}},
    {"mlp", 1, 131, 1, 1, 10, 5, {LAYER(1, 131, 61), LAYER(4, 1), LAYER(1, 61, 23), LAYER(4, 2), LAYER(1, 23, 10)}},
    {"deep sums", 2, 531, 1, 1, 5, 3, {LAYER(1, 531, 67), LAYER(4, 3), LAYER(1, 67, 5)}},
    {"pooled convolutions", 1, 1, 18, 17, 7, 7,
     {LAYER(2, 1, 7, 5, 5, 1, 0), LAYER(4, 1), LAYER(3, 2, 2), LAYER(2, 7, 11, 3, 3, 1, 1), LAYER(4, 1), LAYER(3, 2, 2),
      LAYER(1, 99, 7)}},
    {"odd convolutions", 2, 3, 13, 11, 4, 6,
     {LAYER(2, 3, 5, 3, 2, 2, 2), LAYER(4, 3), LAYER(3, 3, 1), LAYER(2, 5, 4, 1, 7, 1, 3), LAYER(4, 1),
      LAYER(1, 120, 4)}},
    {"pool first", 1, 2, 9, 7, 3, 3, {LAYER(3, 3, 2), LAYER(4, 1), LAYER(1, 24, 3)}},
};

static Meeting *meeting; /* if set, threads help there */
static uint64_t checksum;

/* Of whole words: sanitizers look at every access. */
static void add_to_checksum(const void *data, int64_t bytes) {
  const uint32_t *words = data;
  uint64_t sum = checksum;
  for (int64_t i = 0; i < bytes / 4; i++) sum = (sum ^ words[i]) * 1099511628211u;
  checksum = sum;
}

static uint32_t state = 1;
static uint32_t next(void) { return state = state * 1664525 + 1013904223; }
static float uniform(void) { return (float)(next() >> 8) / 16777216.f - 0.5f; }

static void *zeroed(int64_t bytes) {
  void *memory = aligned_alloc(64, (size_t)round_up(bytes, 64));
  return memset(memory, 0, (size_t)bytes);
}

static float *random_floats(int64_t count) {
  float *values = malloc((size_t)count * sizeof(float));
  for (int64_t i = 0; i < count; i++) values[i] = uniform();
  return values;
}

static void check(int holds, const Case *c, const char *what) {
  if (holds) return;
  fprintf(stderr, "%s: %s\n", c->name, what);
  exit(1);
}

static void *bind(Network *network, void *old, int batch, int tokens, int backward) {
  free(old);
  void *workspace = zeroed((int64_t)pl_workspace_size(network, batch, tokens, backward));
  pl_bind(network, workspace, batch, tokens, backward);
  return workspace;
}

/*
 * Of 16 values, how many a mask keeps, in turn: stored whole and compactly. Every second time the network also has
 * constants, weights of them, unused parameters, and takes every second value of an example.
 */
static const unsigned kept_of_16[] = {16, 11, 3, 0, 1, 16, 7};
enum { MASKS = sizeof(kept_of_16) / sizeof(kept_of_16[0]) };

/* What describes one network to pl_init, and the masks of what it stores whole. */
typedef struct {
  int32_t spec[HEADER + MOST_LAYERS * LAYER_FIELDS];
  int32_t *lists;
  uint8_t *masks;
} Description;

static int32_t fill_mask(uint8_t *mask, int count, unsigned of_16) {
  int32_t kept = 0;
  for (int i = 0; i < count; i++) kept += mask[i] = (next() >> 16) % 16 < of_16;
  return kept;
}

static Description describe(const Case *c, int optimizer, int turn) {
  int with_constants = turn % 2, inputs = c->channels * c->height * c->width, most = 4 * inputs + 16;
  for (int l = 0; l < c->layer_count; l++) most += 4 * (c->layers[l][1] + 8) * (c->layers[l][2] + 8) * 49;
  Description d = {.spec = {c->loss, optimizer, c->channels, c->height, c->width, c->layer_count,
                            with_constants ? 2 * inputs : inputs, with_constants ? 37 : 0},
                   .lists = malloc((size_t)most * sizeof(int32_t)), .masks = malloc((size_t)most)};
  int32_t *list = d.lists, constants_before = 0;
  uint8_t *mask = d.masks;
  for (int i = 0; with_constants && i < inputs; i++) *list++ = 2 * i + 1;
  for (int l = 0; l < c->layer_count; l++) {
    int32_t *fields = d.spec + HEADER + l * LAYER_FIELDS;
    memcpy(fields, c->layers[l], sizeof(c->layers[l]));
    int conv = fields[0] == LAYER_CONV;
    if (!conv && fields[0] != LAYER_DENSE) continue;
    int rows = fields[2], size = rows * fields[1] * (conv ? fields[3] * fields[4] : 1);
    int last = l == c->layer_count - 1, constants = with_constants && !last ? 3 : 0;
    uint8_t *weights = malloc((size_t)size);
    fields[7] = fill_mask(weights, size, kept_of_16[turn]);
    fields[8] = 2 * fields[7] < size;
    for (int i = 0; i < size; i++) {
      if (!fields[8]) *mask++ = weights[i];
      if (fields[8] && weights[i]) *mask++ = 1, *list++ = i;
    }
    free(weights);
    fields[9] = fill_mask(mask, rows + constants, kept_of_16[(turn + 1) % MASKS]);
    mask += rows + constants;
    fields[10] = constants;
    fields[11] = constants_before > 0 ? 19 : 0;
    for (int i = 0; i < fields[11]; i++) *mask++ = 1;
    for (int i = 0; i < fields[11]; i++) *list++ = (int32_t)(next() >> 8) % (rows + constants);
    for (int i = 0; i < fields[11]; i++) *list++ = (int32_t)(next() >> 8) % constants_before;
    constants_before = constants;
  }
  for (int i = 0; i < d.spec[7]; i++) *mask++ = 1;
  /* Exactly as large as they are, so that a step past the end is seen. */
  d.lists = realloc(d.lists, (size_t)larger(1, list - d.lists) * sizeof(int32_t));
  d.masks = realloc(d.masks, (size_t)larger(1, mask - d.masks));
  return d;
}

static int64_t state_size(const int32_t *spec, const double *options) {
  void *room = malloc((size_t)pl_plan_size(spec[5]));
  int64_t bytes = (int64_t)pl_state_size(spec, options, room);
  free(room);
  return bytes;
}

static void run(const Case *c, int optimizer, double momentum, int bytes_in, int batch, int turn) {
  const double adam[4] = {0.9, 0.999, 1e-8, 0.001}, sgd[4] = {momentum, 0, 0, 0.001};
  const double *options = optimizer == OPTIMIZER_ADAM ? adam : sgd;
  Description d = describe(c, optimizer, turn);
  Network *network = zeroed(state_size(d.spec, options));
  pl_init(network, d.spec, options, d.masks, d.lists);
  void *workspace = bind(network, NULL, batch, 0, 1);

  int64_t features = network->example_size, count = network->parameter_count;
  uint8_t *bytes = malloc((size_t)(EXAMPLES * features)), *labels = malloc(EXAMPLES);
  float *floats = random_floats(EXAMPLES * features), *targets = random_floats(EXAMPLES * c->outputs);
  float *teacher = random_floats(EXAMPLES * c->outputs);
  float *parameters = random_floats(count), *sums = calloc((size_t)count, sizeof(float));
  uint32_t order[EXAMPLES];
  for (int64_t i = 0; i < EXAMPLES * features; i++) bytes[i] = next() % 2 ? 0 : (uint8_t)(next() >> 24);
  for (int i = 0; i < EXAMPLES; i++) labels[i] = (uint8_t)(next() % c->outputs), order[i] = EXAMPLES - 1 - i;

#define DATA bytes_in ? bytes : NULL, bytes_in ? NULL : floats, 1 / 255.f, 0, \
             c->loss == LOSS_CROSS_ENTROPY ? labels : NULL, c->loss == LOSS_CROSS_ENTROPY ? NULL : targets
#define TEACHER zeros % 2 ? teacher : NULL, 3, 0.7
#define INPUTS bytes_in ? bytes : NULL, bytes_in ? NULL : floats, 1 / 255.f, 0, NULL, NULL
  pl_lead(network, meeting);
  pl_write(network, 0, 0, INT32_MAX, parameters);
  for (int zeros = 0; zeros < 3; zeros++) {
    pl_expect_zeros(network, (zeros + batch) % 2); /* both arrangements of a dense first layer, and changes */
    double loss = pl_train(network, DATA, order, smaller(EXAMPLES, 3 * batch), batch, 0.01, TEACHER);
    check(loss > 0 && loss < 1e6, c, "the loss is not finite");
    add_to_checksum(&loss, sizeof(loss));
    pl_gradients(network, DATA, order, batch, batch, c->loss, sums, TEACHER);
    pl_gradients(network, INPUTS, order, batch, batch, LOSS_SUM_OF_OUTPUTS, sums, NULL, 1, 0);
    pl_read(network, 0, 0, INT32_MAX, parameters);
    add_to_checksum(parameters, count * (int64_t)sizeof(float));
    add_to_checksum(sums, count * (int64_t)sizeof(float));
    for (int64_t i = 0; i < count; i++) check(d.masks[i] || parameters[i] == 0, c, "a pruned value is not 0");
    pl_write(network, 0, 0, INT32_MAX, parameters);
  }
  double result[2] = {0, 0};
  /* Whole batches and a smaller one, or what there is but for three; to the end of all buffers. */
  int evaluated = smaller(EXAMPLES - 3, 2 * batch + 1);
  pl_evaluate(network, DATA, EXAMPLES - evaluated, evaluated, batch, result);
  add_to_checksum(result, sizeof(result));
  check(result[1] <= evaluated, c, "more are correct than there are");
  int64_t squared = 0;
  for (int l = 0; l < network->layer_count; l++)
    if (network->layers[l].weight.rows > 0) squared += shape_size(network->layers[l].in);
  float *outputs = calloc((size_t)(batch * c->outputs), sizeof(float));
  double *squares = calloc((size_t)squared, sizeof(double));
  pl_outputs(network, INPUTS, order, batch, outputs);
  pl_input_squares(network, INPUTS, order, batch, squares);
  for (int b = 0; b < smaller(batch, 3); b++) {
    float *single = calloc((size_t)c->outputs, sizeof(float));
    pl_single(network, bytes_in ? bytes : NULL, bytes_in ? NULL : floats, 1 / 255.f, 0, order[b], single);
    for (int i = 0; i < c->outputs; i++) {
      float difference = single[i] - outputs[b * c->outputs + i];
      check(difference < 1e-4f && difference > -1e-4f, c, "one example has other outputs than in a batch");
    }
    free(single);
  }
  add_to_checksum(outputs, (int64_t)batch * c->outputs * (int64_t)sizeof(float));
  add_to_checksum(squares, squared * (int64_t)sizeof(double));
  check(pl_step(network) > 0, c, "no step was counted");
  free(network), free(workspace), free(bytes), free(labels), free(teacher), free(d.masks), free(d.lists);
  free(floats), free(targets), free(parameters), free(sums), free(outputs), free(squares);
}

/* A transformer: two blocks and a head of two dense layers. */
typedef struct {
  Case c;
  int width, heads, hidden;
} TokenCase;

enum { POSITIONS = 37, VOCABULARY = 29, BLOCK_LAYERS = 10, TOKEN_LAYERS = 2 + 2 * BLOCK_LAYERS + 4, TEXTS = 21 };
static const TokenCase token_cases[] = {{{.name = "narrow heads", .loss = 1, .outputs = 3}, 12, 3, 21},
                                        {{.name = "one head", .loss = 2, .outputs = 2}, 36, 1, 7}};

/* One byte a value, as the masks of a layer's two tensors pass in: of linear layers some are pruned. */
static void describe_token_layer(int32_t *fields, int64_t size, int64_t biases, int prunes, int turn, int32_t **list,
                                 uint8_t **mask) {
  unsigned kept = prunes ? kept_of_16[turn] : 16;
  uint8_t *weights = malloc((size_t)size);
  fields[7] = fill_mask(weights, (int)size, kept);
  fields[8] = prunes && 2 * fields[7] < size;
  for (int32_t i = 0; i < size; i++) {
    if (!fields[8]) *(*mask)++ = weights[i];
    if (fields[8] && weights[i]) *(*mask)++ = 1, *(*list)++ = i;
  }
  free(weights);
  fields[9] = fill_mask(*mask, (int)biases, prunes ? kept_of_16[(turn + 1) % MASKS] : 16);
  *mask += biases;
}

static void run_tokens(const TokenCase *t, int optimizer, int batch, int turn) {
  const double adam[4] = {0.9, 0.999, 1e-8, 0.001}, sgd[4] = {0.9, 0, 0, 0.001};
  const double *options = optimizer == OPTIMIZER_ADAM ? adam : sgd;
  const Case *c = &t->c;
  int w = t->width, h = t->hidden, at = 0;
  float epsilon = 1e-5f;
  int32_t bits, spec[HEADER + TOKEN_LAYERS * LAYER_FIELDS] = {c->loss, optimizer, POSITIONS, 1, 1, TOKEN_LAYERS, POSITIONS};
  memcpy(&bits, &epsilon, sizeof(bits));
  int32_t layers[TOKEN_LAYERS][4] = {{LAYER_EMBEDDINGS, VOCABULARY, POSITIONS, w}, {LAYER_NORM, w, 0, bits}};
  for (at = 2; at < 2 + 2 * BLOCK_LAYERS; at += BLOCK_LAYERS) {
    const int32_t block[BLOCK_LAYERS][4] = {{LAYER_DENSE, w, w, 1}, {LAYER_DENSE, w, w, 2}, {LAYER_DENSE, w, w, 3},
                                            {LAYER_ATTENTION, t->heads}, {LAYER_DENSE, w, w, 1}, {LAYER_NORM, w, 6, bits},
                                            {LAYER_DENSE, w, h, 1}, {LAYER_GELU}, {LAYER_DENSE, h, w, 1},
                                            {LAYER_NORM, w, 4, bits}};
    memcpy(layers[at], block, sizeof(block));
  }
  const int32_t head[4][4] = {{LAYER_FIRST_TOKEN}, {LAYER_DENSE, w, w, 1}, {LAYER_ACTIVATION, ACT_RELU},
                              {LAYER_DENSE, w, c->outputs, 1}};
  memcpy(layers[at], head, sizeof(head));
  int64_t most = (VOCABULARY + POSITIONS + 40) * w + 2 * (4 * w * w + 2 * w * h + 9 * w + h) + w * w + 9 * w + 99;
  uint8_t *masks = malloc((size_t)most), *mask = masks;
  int32_t *lists = malloc((size_t)most * sizeof(int32_t)), *list = lists;
  for (int l = 0; l < TOKEN_LAYERS; l++) {
    int32_t *fields = spec + HEADER + l * LAYER_FIELDS, *s = layers[l];
    memcpy(fields, s, sizeof(layers[l]));
    if (s[0] == LAYER_DENSE) describe_token_layer(fields, s[1] * s[2], s[2], 1, turn, &list, &mask);
    if (s[0] == LAYER_NORM) describe_token_layer(fields, s[1], s[1], 0, turn, &list, &mask);
    if (s[0] == LAYER_EMBEDDINGS) describe_token_layer(fields, s[1] * s[3], s[2] * s[3], 0, turn, &list, &mask);
  }
  Network *network = zeroed(state_size(spec, options));
  int64_t count = mask - masks;
  lists = realloc(lists, (size_t)larger(1, list - lists) * sizeof(int32_t));
  masks = realloc(masks, (size_t)count);
  pl_init(network, spec, options, masks, lists);
  check(count == network->parameter_count, c, "the masks are of another size");

  uint32_t starts[TEXTS + 1] = {0}, order[TEXTS];
  for (int i = 0; i < TEXTS; i++) {
    int length = i % 5 == 0 ? 16 : 1 + (int)(next() >> 8) % POSITIONS;
    starts[i + 1] = starts[i] + (uint32_t)length, order[i] = (uint32_t)(TEXTS - 1 - i);
  }
  int wide = turn % 2, room = 0, squared = 0;
  uint16_t *narrow_tokens = malloc(starts[TEXTS] * sizeof(uint16_t));
  int32_t *wide_tokens = malloc(starts[TEXTS] * sizeof(int32_t));
  for (uint32_t i = 0; i < starts[TEXTS]; i++) narrow_tokens[i] = wide_tokens[i] = (next() >> 8) % VOCABULARY;
  for (int first = 0; first < TEXTS; first++) {
    int end = smaller(first + batch, TEXTS);
    room = (int)larger(room, larger(starts[end] - starts[first], starts[TEXTS - first] - starts[TEXTS - end]));
  }
  uint8_t *labels = malloc(TEXTS);
  float *targets = random_floats(TEXTS * c->outputs), *teacher = random_floats(TEXTS * c->outputs);
  float *parameters = random_floats(count), *sums = calloc((size_t)count, sizeof(float));
  for (int i = 0; i < TEXTS; i++) labels[i] = (uint8_t)((next() >> 8) % c->outputs);
#define TOKENS wide ? (uint8_t *)wide_tokens : (uint8_t *)narrow_tokens, (float *)starts, wide ? 4 : 2, 0, \
               c->loss == LOSS_CROSS_ENTROPY ? labels : NULL, c->loss == LOSS_CROSS_ENTROPY ? NULL : targets
  pl_lead(network, meeting);
  pl_write(network, 0, 0, INT32_MAX, parameters);
  void *workspace = bind(network, NULL, batch, room, 0);
  float *outputs = calloc((size_t)(batch * c->outputs), sizeof(float)), *again = calloc((size_t)(batch * c->outputs), sizeof(float));
  double result[2] = {0, 0};
  pl_evaluate(network, TOKENS, 2, TEXTS - 2, batch, result);
  add_to_checksum(result, sizeof(result));
  pl_outputs(network, TOKENS, order, batch, outputs);
  for (int l = 0; l < network->layer_count; l++)
    if (network->layers[l].kind == LAYER_DENSE) squared += network->layers[l].in.channels;
  double *squares = calloc((size_t)squared, sizeof(double));
  pl_input_squares(network, TOKENS, order, batch, squares);
  workspace = bind(network, workspace, batch, room, 1);
  pl_outputs(network, TOKENS, order, batch, again);
  check(memcmp(outputs, again, (size_t)(batch * c->outputs) * sizeof(float)) == 0, c, "room to train changes the outputs");
  double loss = pl_train(network, TOKENS, order, TEXTS, batch, 0.01, turn % 3 ? teacher : NULL, 3, 0.7);
  check(loss > 0 && loss < 1e6, c, "the loss is not finite");
  pl_gradients(network, TOKENS, order, batch, batch, c->loss, sums, NULL, 1, 0);
  pl_gradients(network, TOKENS, order, batch, batch, LOSS_SUM_OF_OUTPUTS, sums, NULL, 1, 0);
  pl_read(network, 0, 0, INT32_MAX, parameters);
  for (int64_t i = 0; i < count; i++) check(masks[i] || parameters[i] == 0, c, "a pruned value is not 0");
  add_to_checksum(&loss, sizeof(loss));
  add_to_checksum(outputs, (int64_t)batch * c->outputs * (int64_t)sizeof(float));
  add_to_checksum(squares, squared * (int64_t)sizeof(double));
  add_to_checksum(parameters, count * (int64_t)sizeof(float));
  add_to_checksum(sums, count * (int64_t)sizeof(float));
  free(network), free(workspace), free(masks), free(lists), free(narrow_tokens), free(wide_tokens), free(labels);
  free(targets), free(teacher), free(parameters), free(sums), free(outputs), free(again), free(squares);
}

static void run_all_tokens(int turns) {
  static const int batches[] = {1, 5, TEXTS};
  for (unsigned c = 0; c < sizeof(token_cases) / sizeof(token_cases[0]); c++)
    for (int b = 0; b < 3; b++)
      for (int turn = 0; turn < turns; turn++)
        run_tokens(&token_cases[c], turn % 2 == b % 2 ? OPTIMIZER_ADAM : OPTIMIZER_SGD, batches[b], turn);
}

static void run_all(int turns) {
  static const int batches[] = {1, 17, 90};
  checksum = state = 1;
  for (unsigned c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
    for (int b = 0; b < 3; b++)
      for (int turn = 0; turn < turns; turn++) {
        run(&cases[c], OPTIMIZER_ADAM, 0, b % 2, batches[b], turn);
        run(&cases[c], OPTIMIZER_SGD, b % 2 ? 0.9 : 0, b / 2, batches[b], turn);
      }
  run_all_tokens(turns == 1 ? 3 : turns);
}

#if !defined(HELPERS)
/* So many layers that their plans would not fit on this thread's stack. */
static void *run_deep(void *unused) {
  enum { DEPTH = 2000 };
  static const Case deep = {"deep", 2, 1, 1, 1, 1, DEPTH, {{0}}};
  const double sgd[4] = {0, 0, 0, 0};
  int32_t *spec = calloc(HEADER + DEPTH * LAYER_FIELDS, sizeof(int32_t));
  memcpy(spec, (int32_t[HEADER]){2, OPTIMIZER_SGD, 1, 1, 1, DEPTH, 1, 0}, HEADER * sizeof(int32_t));
  for (int l = 0; l < DEPTH; l++)
    memcpy(spec + HEADER + l * LAYER_FIELDS, (int32_t[LAYER_FIELDS]){LAYER_DENSE, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0},
           LAYER_FIELDS * sizeof(int32_t));
  Network *network = zeroed(state_size(spec, sgd));
  pl_init(network, spec, sgd, NULL, NULL);
  void *workspace = bind(network, NULL, 1, 0, 1);
  float *parameters = random_floats(network->parameter_count), input = 1, output;
  uint32_t order = 0;
  pl_write(network, 0, 0, INT32_MAX, parameters);
  pl_train(network, NULL, &input, 1, 0, NULL, &input, &order, 1, 1, 0.01, NULL, 1, 0);
  pl_outputs(network, NULL, &input, 1, 0, NULL, NULL, &order, 1, &output);
  check(network->layer_count == DEPTH && output * 0 == 0, &deep, "the output is not finite");
  free(spec), free(network), free(workspace), free(parameters);
  return unused;
}

static void run_on_a_small_stack(void) {
  pthread_t thread;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 256 << 10);
  pthread_create(&thread, &attributes, run_deep, NULL);
  pthread_join(thread, NULL);
}

#else
static int32_t over;

/* Between two offers to help the leader has the cores: of fewer cores than threads it gets few otherwise. */
static void *help_until_over(void *batches) {
  const struct timespec rest = {.tv_nsec = 200000};
  for (; !__atomic_load_n(&over, __ATOMIC_RELAXED); nanosleep(&rest, NULL)) *(int *)batches += pl_help(meeting, &over);
  return NULL;
}

/* With threads that come and go the numbers are the same. */
static int run_with_helpers(void) {
  enum { TURNS = 1 };
  pthread_t threads[HELPERS];
  int helped[HELPERS] = {0}, total = 0;
  run_all(TURNS);
  uint64_t alone = checksum;
  meeting = zeroed((int64_t)pl_meeting_size());
  for (int i = 0; i < HELPERS; i++) pthread_create(&threads[i], NULL, help_until_over, &helped[i]);
  run_all(TURNS);
  __atomic_store_n(&over, 1, __ATOMIC_RELAXED);
  for (int i = 0; i < HELPERS; i++) pthread_join(threads[i], NULL), total += helped[i];
  free(meeting);
  if (checksum != alone) fprintf(stderr, "with helpers the numbers differ\n"), exit(1);
  if (total == 0) fprintf(stderr, "nobody helped\n"), exit(1);
  return total;
}
#endif

int main(void) {
#if defined(HELPERS)
  printf("sanitize: %d shares by helpers\n", run_with_helpers());
#else
  run_all(MASKS);
  run_on_a_small_stack();
#endif
  printf("sanitize: clean with vectors of %d\n", pl_vector_length());
  return 0;
}
