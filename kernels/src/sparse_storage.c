/*
 * Masks, and the two ways to store a masked tensor. Where few values are kept, only these are stored: in the
 * order of the dense tensor, at the start of the same memory, moments likewise. So the optimizer's work and the
 * memory it touches are in proportion to them, and going from one to the other needs no other memory.
 */
#include "network.h"

/*
 * The largest part of kept weights for which sparse execution is chosen, layer by layer (measured; see
 * docs/decisions/kernels-sparse.md). A constant of the build: the order of sums, and so the last bits, follow it.
 */
static const double SPARSE_DENSE_UP_TO = 0.4;
static const double SPARSE_CONV_UP_TO = VL == 16 ? 0.5 : 0.65;

/* Slot 0: values; 1 and 2: optimizer state, or null. */
INLINE float *tensor_slot(const Tensor *tensor, int slot) {
  return slot == 0 ? tensor->value : slot == 1 ? tensor->slot1 : tensor->slot2;
}

/* Moves the kept values to the front; what follows up to a whole cell becomes 0. */
static void compact_values(const Tensor *tensor, float *values) {
  int64_t n = 0;
  for (int64_t word = 0; word < tensor->padded_size / 16; word++)
    for (unsigned bits = tensor->mask[word]; bits; bits &= bits - 1)
      values[n++] = values[word * 16 + __builtin_ctz(bits)];
  while (n % CELL) values[n++] = 0;
}

/* The way back, from the end: a value never moves forward past one that is still to come. */
static void expand_values(const Tensor *tensor, float *values) {
  int64_t n = tensor->kept;
  for (int64_t word = tensor->padded_size / 16 - 1; word >= 0; word--) {
    float spread[16];
    UNROLL16 for (int i = 0; i < 16; i++) spread[i] = 0;
    unsigned bits = tensor->mask[word];
    const float *from = values + (n -= __builtin_popcount(bits));
    for (; bits; bits &= bits - 1) spread[__builtin_ctz(bits)] = *from++;
    UNROLL16 for (int i = 0; i < 16; i++) values[word * 16 + i] = spread[i];
  }
}

static void set_compact(Tensor *tensor, int compact) {
  if (tensor->compact == compact) return;
  for (int slot = 0; slot < 3; slot++) {
    float *values = tensor_slot(tensor, slot);
    if (values) (compact ? compact_values : expand_values)(tensor, values);
  }
  tensor->compact = compact;
}

/* One byte a value, row by row without padding, 0 where it is pruned. `sparse_up_to`: see above; negative for never. */
static void set_mask(Tensor *tensor, const uint8_t *flat, double sparse_up_to) {
  set_compact(tensor, 0);
  int64_t size = (int64_t)tensor->rows * tensor->columns;
  uint16_t *mask = tensor->mask;
  tensor->kept = 0;
  for (int row = 0; row < tensor->rows; row++, flat += tensor->columns)
    for (int c = 0; c < tensor->pitch; c += 16, mask++) {
      unsigned bits = 0;
      for (int i = 0; i < smaller(16, tensor->columns - c); i++) bits |= (unsigned)(flat[c + i] != 0) << i;
      *mask = (uint16_t)bits;
      tensor->kept += __builtin_popcount(bits);
    }
  tensor->masked = tensor->kept < size;
  if (tensor->kept <= sparse_up_to * (double)size) {
    tensor->masked = 0;
    set_compact(tensor, 1);
  } else if (tensor->masked) {
    for (int slot = 0; slot < 3; slot++) {
      float *values = tensor_slot(tensor, slot);
      for (int64_t i = 0; values && i < tensor->padded_size; i++)
        if (!(tensor->mask[i / 16] >> i % 16 & 1)) values[i] = 0;
    }
  }
}

static void set_layer_masks(Layer *layer, const uint8_t *flat) {
  double up_to = layer->kind == LAYER_DENSE ? SPARSE_DENSE_UP_TO : SPARSE_CONV_UP_TO;
  set_mask(&layer->weight, flat + layer->weight.flat_offset, up_to);
  set_mask(&layer->bias, flat + layer->bias.flat_offset, -1);
}

/* All values in order, without padding, zeros where they are pruned. */
static void read_tensor(const Tensor *tensor, const float *values, float *flat) {
  for (int row = 0; row < tensor->rows; row++)
    for (int c = 0; c < tensor->columns; c++, flat++) {
      if (tensor->compact) {
        int kept = is_kept(tensor, (int64_t)row * tensor->pitch + c);
        *flat = kept ? *values : 0;
        values += kept;
      } else {
        *flat = values[tensor_index(tensor, row, c)];
      }
    }
}

static void write_tensor(const Tensor *tensor, float *values, const float *flat) {
  for (int row = 0; row < tensor->rows; row++)
    for (int c = 0; c < tensor->columns; c++, flat++) {
      int64_t index = tensor_index(tensor, row, c);
      int kept = is_kept(tensor, index);
      if (tensor->compact) {
        if (kept) *values++ = *flat;
      } else {
        values[index] = kept ? *flat : 0;
      }
    }
}

/* Adds a gradient, stored as its tensor is, to all values' sums in order. */
static void add_gradient(const Tensor *tensor, const float *gradient, float *flat) {
  for (int row = 0; row < tensor->rows; row++)
    for (int c = 0; c < tensor->columns; c++, flat++) {
      int64_t index = tensor_index(tensor, row, c);
      if (is_kept(tensor, index)) *flat += tensor->compact ? *gradient++ : gradient[index];
    }
}
