/*
 * Runs every kind of layer at sizes that are multiples of nothing through all entry points, to be compiled with
 * -fsanitize=address,undefined, and with -fsanitize=thread. All buffers are exactly as large as they must be. Then
 * once more with threads that assist: the numbers must be the same.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../prune_lab.c"

#define LAYER(...) {__VA_ARGS__}
enum { MOST_LAYERS = 8, EXAMPLES = 90 };

typedef struct {
  const char *name;
  int loss, channels, height, width, outputs, layer_count;
  int32_t layers[MOST_LAYERS][LAYER_FIELDS];
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

static Table *table; /* if set, threads assist at it */
static uint64_t checksum;

static void add_to_checksum(const void *data, int64_t bytes) {
  const uint8_t *values = data;
  for (int64_t i = 0; i < bytes; i++) checksum = (checksum ^ values[i]) * 1099511628211u;
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

static void *bind(Network *network, void *old, int batch) {
  free(old);
  void *workspace = zeroed((int64_t)pl_workspace_size(network, batch));
  pl_bind(network, workspace, batch);
  return workspace;
}

/* Of 16 values, how many a mask keeps, in turn: dense and sparse execution, and changes between them. */
static const unsigned kept_of_16[] = {16, 11, 3, 0, 1, 16, 7};
enum { MASKS = sizeof(kept_of_16) / sizeof(kept_of_16[0]) };

static void run(const Case *c, int optimizer, double momentum, int bytes_in, int batch) {
  int32_t spec[HEADER + MOST_LAYERS * LAYER_FIELDS] = {c->loss, optimizer, c->channels, c->height, c->width,
                                                       c->layer_count};
  memcpy(spec + HEADER, c->layers, sizeof(c->layers));
  const double adam[4] = {0.9, 0.999, 1e-8, 0.001}, sgd[4] = {momentum, 0, 0, 0.001};
  const double *options = optimizer == OPTIMIZER_ADAM ? adam : sgd;
  Network *network = zeroed((int64_t)pl_state_size(spec, options));
  pl_init(network, spec, options);
  void *workspace = bind(network, NULL, batch);

  int64_t features = (int64_t)c->channels * c->height * c->width, count = network->parameter_count;
  uint8_t *bytes = malloc((size_t)(EXAMPLES * features)), *labels = malloc(EXAMPLES), *masks = malloc((size_t)count);
  float *floats = random_floats(EXAMPLES * features), *targets = random_floats(EXAMPLES * c->outputs);
  float *parameters = random_floats(count), *sums = calloc((size_t)count, sizeof(float));
  uint32_t order[EXAMPLES];
  for (int64_t i = 0; i < EXAMPLES * features; i++) bytes[i] = next() % 2 ? 0 : (uint8_t)(next() >> 24);
  for (int i = 0; i < EXAMPLES; i++) labels[i] = (uint8_t)(next() % c->outputs), order[i] = EXAMPLES - 1 - i;

#define DATA bytes_in ? bytes : NULL, bytes_in ? NULL : floats, 1 / 255.f, 0, \
             c->loss == LOSS_CROSS_ENTROPY ? labels : NULL, c->loss == LOSS_CROSS_ENTROPY ? NULL : targets
  pl_lead(network, table);
  pl_write(network, 0, parameters);
  for (int m = 0; m < MASKS; m++) {
    pl_expect_zeros(network, (m + batch) % 2); /* both arrangements of a dense first layer, and changes */
    for (int64_t i = 0; i < count; i++) masks[i] = (next() >> 16) % 16 < kept_of_16[m];
    if (m > 0) {
      pl_set_masks(network, masks);
      workspace = bind(network, workspace, batch);
    }
    double loss = pl_train(network, DATA, order, smaller(EXAMPLES, 3 * batch), batch, 0.01);
    check(loss > 0 && loss < 1e6, c, "the loss is not finite");
    add_to_checksum(&loss, sizeof(loss));
    pl_gradients(network, DATA, order, batch, batch, sums);
    pl_read(network, 0, parameters);
    add_to_checksum(parameters, count * (int64_t)sizeof(float));
    add_to_checksum(sums, count * (int64_t)sizeof(float));
    for (int64_t i = 0; i < count; i++) check(masks[i] || parameters[i] == 0, c, "a pruned value is not 0");
  }
  double result[2] = {0, 0};
  pl_expect_zeros(network, batch % 2);
  pl_evaluate(network, DATA, 3, EXAMPLES - 3, batch, result);
  add_to_checksum(result, sizeof(result));
  check(result[1] <= EXAMPLES - 3, c, "more are correct than there are");
  check(pl_step(network) > 0, c, "no step was counted");
  free(network), free(workspace), free(bytes), free(labels), free(masks);
  free(floats), free(targets), free(parameters), free(sums);
}

static void run_all(void) {
  static const int batches[] = {1, 17, 90};
  checksum = state = 1;
  for (unsigned c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
    for (int b = 0; b < 3; b++) {
      run(&cases[c], OPTIMIZER_ADAM, 0, b % 2, batches[b]);
      run(&cases[c], OPTIMIZER_SGD, b % 2 ? 0.9 : 0, b / 2, batches[b]);
    }
}

static int over;

static void *assistant(void *batches) {
  while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) *(int *)batches += pl_assist(table);
  return NULL;
}

int main(void) {
  enum { ASSISTANTS = 3 };
  run_all();
  uint64_t alone = checksum;
  table = zeroed((int64_t)pl_table_size());
  pthread_t threads[ASSISTANTS];
  int assisted[ASSISTANTS] = {0}, total = 0;
  for (int i = 0; i < ASSISTANTS; i++) pthread_create(&threads[i], NULL, assistant, &assisted[i]);
  for (int i = 0; i < 3; i++) {
    run_all();
    if (checksum != alone) return fprintf(stderr, "with assistants the numbers differ\n"), 1;
  }
  __atomic_store_n(&over, 1, __ATOMIC_RELAXED);
  for (int i = 0; i < ASSISTANTS; i++) pthread_join(threads[i], NULL), total += assisted[i];
  if (total == 0) return fprintf(stderr, "nobody assisted\n"), 1;
  free(table);
  printf("sanitize: clean with vectors of %d, %d shares by assistants\n", pl_vector_length(), total);
  return 0;
}
