/*
 * The network as the kernels see it: a list of layers, each with its shapes, its parameters and its buffers.
 *
 * Batch-minor cells: a tensor over a batch is stored as [cell][feature][CELL], where a cell holds CELL examples
 * and features of an image run over [channel][y][x]. One weight thus meets a vector of examples, whatever the
 * layer. A batch that does not fill its last cell is padded with copies of its first example, whose loss
 * gradient is 0; so padding adds exactly nothing to any sum.
 */
#ifndef PL_NETWORK_H
#define PL_NETWORK_H
#include "team.h"

/* Raised when an entry point or the meaning of its arguments changes; src/engines/kernels/abi.ts agrees. */
#define PL_ABI 9

enum { LAYER_DENSE = 1, LAYER_CONV = 2, LAYER_POOL = 3, LAYER_ACTIVATION = 4 };
/* Those of networks of tokens alone, see transformer.c. */
enum { LAYER_EMBEDDINGS = 5, LAYER_NORM = 6, LAYER_ATTENTION = 7, LAYER_GELU = 8, LAYER_FIRST_TOKEN = 9 };
enum { ACT_NONE = 0, ACT_RELU = 1, ACT_SIGMOID = 2, ACT_TANH = 3 };
/* A network has one of the first two; a batch may also be for the sum of its outputs, or for no loss at all. */
enum { LOSS_NONE = 0, LOSS_CROSS_ENTROPY = 1, LOSS_SQUARED_ERROR = 2, LOSS_SUM_OF_OUTPUTS = 3 };
enum { OPTIMIZER_SGD = 1, OPTIMIZER_ADAM = 2 };

/* Cells that a convolution's backward pass takes at once. */
enum { CELLS_AT_ONCE = 4 };

/* Vectors of positions that a convolution of one example takes at once. */
enum { STRETCH = 8 };

typedef struct {
  int channels, height, width;
} Shape;

/*
 * A parameter of `rows` x `columns` values, [out][in]. Stored row after row, or column after column if
 * `by_column`; each is padded with zeros to `pitch`, a multiple of CELL.
 */
typedef struct {
  int rows, columns, by_column, pitch;
  int64_t padded_size;
  int64_t flat_offset; /* of the first value among all that pass in and out */
  float *value, *slot1, *slot2; /* slots: momentum, or Adam's moments; null when the optimizer has none */
  int64_t kept;                 /* values that are not pruned */
  int masked;                   /* some values are pruned, and are stored as zeros */
  uint16_t *mask;               /* if masked: a bit a value, set where it is kept */
  int compact;                  /* only the kept values are stored, one after the other; see sparse_storage.c */
} Tensor;

/* One term of an input's gradient: where the output's gradient lies in its cell, and which kept value it meets. */
typedef struct {
  int32_t output, value;
} Term;

/* Kept values by row: those of row r are starts[r] .. starts[r + 1]. */
typedef struct {
  int32_t *starts;
  int32_t *inputs;  /* where each one's input lies in its cell */
  float *values;    /* null in the index itself: the tensor has them */
  int32_t *numbers; /* which kept value each one is; null if they are all there */
} SparseRows;

/* How the kept values of a compact weight tensor connect inputs and outputs; see sparse_index.c. */
typedef struct {
  SparseRows rows;      /* all kept values */
  SparseRows active;    /* in a first layer: room for those whose input is not zero in the whole batch */
  uint8_t *inactive;    /* in a first layer: by column, whether the input is zero in the whole batch */
  int32_t *term_starts; /* terms of input (or input channel) i: term_starts[i] .. term_starts[i + 1] */
  Term *terms;          /* null in the first layer */
} SparseIndex;

/* What a layer has to do with outputs that no input can change; see constants.c. */
typedef struct {
  int count;            /* constant outputs of this layer: their biases come after the others' */
  float *value;         /* of each, after the activation */
  float *gradient;      /* of each value, summed over the batch */
  Tensor weight;        /* one row: this layer's kept weights of constant inputs */
  int32_t *outputs;     /* by weight: the output, or past the last a constant one */
  int32_t *inputs;      /* by weight: which constant of the layer before */
  struct Layer *source; /* the layer before that has weights */
} Constants;

/* Where a layer of a network of tokens has its output, or its gradient: others have it before and after. */
typedef struct {
  float *memory;
  int64_t size; /* 0 if there is none */
  int taken;
} Buffer;

typedef struct Layer {
  int kind;
  int activation; /* applied to the layer's output */
  Shape in, out;
  Tensor weight, bias;
  SparseIndex sparse; /* if the weight is compact */
  Constants constants;
  float *shift; /* what is added to an output: its bias, and what constant inputs add */
  /* conv2d: the kernel, and the output before a fused 2x2 pooling */
  int kernel_height, kernel_width, padding;
  int stride; /* conv2d and max-pool */
  int pooled; /* conv2d: ReLU and a 2x2 max-pool follow within the layer */
  Shape convolved;
  int window; /* max-pool */
  /* Workspace */
  float *input, *output;
  float *padded;   /* conv2d with padding: the input with its border of zeros */
  int32_t *argmax; /* pooling: the position that won, in the plane, or in the window if fused */
  /* In a network of tokens */
  int per_token;         /* cells of the output are of tokens, not of examples */
  int heads;             /* attention */
  float epsilon;         /* norm */
  struct Layer *from[3]; /* whose outputs it takes: query, key and value; of a norm the second is added to the first */
  struct Layer *reader;  /* the last layer that takes this one's output, the first to give a gradient back */
  Buffer buffer;
  int buffer_index;      /* of the layer whose buffer this one's output, or the gradient for it, lies in; else -1 */
  float *gradient;       /* for the output */
  float *statistics;     /* norm: [cell][mean, 1 / deviation][CELL] */
} Layer;

typedef struct {
  double beta1, beta2, epsilon, weight_decay; /* beta1 is SGD's momentum, beta2 1 if that is Nesterov's */
} OptimizerOptions;

/* One optimizer step's constants. */
typedef struct {
  int kind, nesterov;
  float beta1, one_minus_beta1, beta2, root_one_minus_beta2, weight_decay;
  float rate;    /* learning rate, Adam's bias corrections included */
  float epsilon; /* times the root of the second bias correction */
} Update;

typedef struct {
  int loss, optimizer, layer_count;
  Shape in;
  int64_t example_size;    /* values of an example, of which `in` may be a part */
  int32_t *features;       /* if so, which values, in rising order; else null */
  int64_t parameter_count; /* that pass in and out */
  int64_t step;            /* optimizer steps taken */
  int zeros_expected;      /* whether inputs are zero so often that looking for them pays */
  int constants_known;     /* whether those of the parameters as they are were computed for one example */
  OptimizerOptions options;
  Meeting *meeting; /* where helpers wait; null if there are none */
  Layer *layers;
  Tensor unused; /* one row: parameters that no loss depends on; see optimizer.c */
  /* Workspace, for batches of up to `cells` cells */
  int cells;
  float *input;           /* cells of the input */
  float *transposed;      /* [panel][example][PANEL] of a dense layer's input, see gemm.h */
  float *backward[2];     /* gradients with respect to a layer's output and input, in turn */
  float *unpooled;        /* gradient before a fused pooling, of CELLS_AT_ONCE cells */
  float *bordered;        /* a sparse convolution's input gradient, one plane with its border */
  float *packed;          /* a convolution's weights, tile by tile */
  float *lined;           /* the input of a convolution of one example, with its border; see single.c */
  float *gradient;        /* gradient of one tensor, padded like it */
  float *bias_gradient;   /* of one layer's biases, then of its weights of constants */
  struct Tap *taps;       /* a convolution's taps, see conv.c: `tap_room` a thread */
  struct Entry *entries;  /* inputs that are not zero, see skip_zeros.c: `entry_room` a thread */
  int64_t tap_room, entry_room;
  /* In a network of tokens, for batches of up to `token_room` cells of them */
  int reads_tokens, token_room, longest; /* `longest`: the most tokens of an example */
  int token_count, token_cells; /* of the batch */
  int32_t *sentences;     /* where each example's tokens start, and where the last one's end */
  int32_t *ids, *places;  /* by token: the rows of the tables that it takes */
  int32_t *row_starts, *row_tokens; /* tokens by row of a table: those of row r are row_tokens[row_starts[r] ..] */
  float *added;           /* a gradient that is added to another */
  float *scratch;         /* `scratch_room` a thread */
  int64_t scratch_room;
  double *squares;        /* if not null, where squares of inputs are added up in a forward pass */
  double *losses;         /* by example */
  uint32_t *order;        /* the batch's examples, padded to whole cells */
} Network;

/* Where the examples lie: bytes or floats, [example][feature], and labels or values. */
typedef struct {
  const uint8_t *bytes;
  const float *floats;
  float scale, offset;
  const uint8_t *labels;
  const float *targets;
} Examples;

/* For a network of tokens the same fields are: the tokens of all examples, where each example's start, bytes a token. */
INLINE int token_at(const Examples *examples, uint32_t index) {
  return examples->scale == 2 ? ((const uint16_t *)examples->bytes)[index] : ((const int32_t *)examples->bytes)[index];
}
INLINE uint32_t token_start(const Examples *examples, uint32_t example) {
  return ((const uint32_t *)(const void *)examples->floats)[example];
}

/* What a teacher gives for all examples, [example][output], and how much that counts; see distill.c. */
typedef struct {
  const float *outputs;
  double temperature, weight;
} Distillation;

/* Where a value lies in the padded tensor. */
INLINE int64_t tensor_index(const Tensor *tensor, int row, int column) {
  return tensor->by_column ? (int64_t)column * tensor->pitch + row : (int64_t)row * tensor->pitch + column;
}

/* Whether the mask keeps the value at `index` of the padded tensor, which is not compact. */
INLINE int is_kept(const Tensor *tensor, int64_t index) {
  return !tensor->masked || (tensor->mask[index / 16] >> (index % 16) & 1);
}

/* Values in memory, padding included. */
INLINE int64_t stored_size(const Tensor *tensor) {
  return tensor->compact ? round_up(tensor->kept, CELL) : tensor->padded_size;
}

/* Adds one array to another, both of whole vectors. */
INLINE void add_values(const float *from, float *to, int64_t count) {
  for (int64_t i = 0; i < count; i += VL) store(to + i, load(to + i) + load(from + i));
}

INLINE int64_t shape_size(Shape s) { return (int64_t)s.channels * s.height * s.width; }
#endif
