/*
 * The two ways to store a masked tensor. Where few values are kept, only these are stored, in the order of the
 * dense tensor: so the optimizer's work and the memory are in proportion to them. The caller says which
 * (src/engines/kernels/layout.ts has the rule), and passes values as they are stored, but without padding.
 */
#include "network.h"

/* Slot 0: values; 1 and 2: optimizer state, or null. */
INLINE float *tensor_slot(const Tensor *tensor, int slot) {
  return slot == 0 ? tensor->value : slot == 1 ? tensor->slot1 : tensor->slot2;
}

/* Values as they pass in and out. */
INLINE int64_t flat_size(const Tensor *tensor) {
  return tensor->compact ? tensor->kept : (int64_t)tensor->rows * tensor->columns;
}

/* Bits from the masks of all tensors, one byte a value, 0 where it is pruned; not read if the tensor needs none. */
static void set_mask(Tensor *tensor, const uint8_t *masks) {
  if (!tensor->masked) return;
  const uint8_t *flat = masks + tensor->flat_offset;
  for (int row = 0; row < tensor->rows; row++)
    for (int c = 0; c < tensor->columns; c++, flat++) {
      int64_t index = tensor_index(tensor, row, c);
      tensor->mask[index / 16] |= (uint16_t)((*flat != 0) << index % 16);
    }
}

/* The lanes of the vector at `index` (a multiple of VL) that the tensor's mask keeps. */
INLINE vi kept_lanes(const Tensor *tensor, int64_t index) {
  vi bit;
  UNROLL for (int i = 0; i < VL; i++) bit[i] = 1 << i;
  int32_t bits = tensor->mask[index / 16] >> (index % 16);
  return (splat_int(bits) & bit) != 0;
}

static void read_tensor(const Tensor *tensor, const float *values, float *flat) {
  if (tensor->compact) {
    for (int64_t n = 0; n < tensor->kept; n++) flat[n] = values[n];
    return;
  }
  for (int row = 0; row < tensor->rows; row++)
    for (int c = 0; c < tensor->columns; c++) *flat++ = values[tensor_index(tensor, row, c)];
}

/* Pruned values become 0. */
static void write_tensor(const Tensor *tensor, float *values, const float *flat) {
  if (tensor->compact) {
    for (int64_t n = 0; n < tensor->kept; n++) values[n] = flat[n];
    return;
  }
  for (int row = 0; row < tensor->rows; row++)
    for (int c = 0; c < tensor->columns; c++) values[tensor_index(tensor, row, c)] = *flat++;
  if (tensor->masked)
    for (int64_t i = 0; i < tensor->padded_size; i += VL) store(values + i, keep(kept_lanes(tensor, i), load(values + i)));
}

/* Adds a gradient, stored as its tensor is, to the sums. */
static void add_gradient(const Tensor *tensor, const float *gradient, float *flat) {
  if (tensor->compact) {
    for (int64_t n = 0; n < tensor->kept; n++) flat[n] += gradient[n];
    return;
  }
  for (int row = 0; row < tensor->rows; row++)
    for (int c = 0; c < tensor->columns; c++, flat++) {
      int64_t index = tensor_index(tensor, row, c);
      if (is_kept(tensor, index)) *flat += gradient[index];
    }
}
