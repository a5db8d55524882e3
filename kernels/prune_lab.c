/*
 * prune-lab's training kernels, one translation unit: compiled to kernels/prune_lab.wasm, which ships with the
 * package, and by the user's C compiler to a shared library. See README.md for the order to read the parts in.
 */
#include "src/vector.h"
#include "src/elementary.h"
#include "src/network.h"
#include "src/sparse_storage.c"
#include "src/sparse_index.c"
#include "src/plan.c"
#include "src/gather.c"
#include "src/optimizer.c"
#include "src/activation.c"
#include "src/gemm.h"
#include "src/dense.c"
#include "src/skip_zeros.c"
#include "src/sparse_dense.c"
#include "src/conv.c"
#include "src/conv_weight.c"
#include "src/sparse_conv.c"
#include "src/pool.c"
#include "src/loss.c"
#include "src/step.c"
#include "src/api.c"
