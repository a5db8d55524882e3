/*
 * Matrix products over cells, register tile by register tile. A tile keeps rows x vectors sums in registers:
 * each step broadcasts one value for each row and loads one vector for each column of vectors. Every sum runs
 * over its terms one by one in a fixed order, so a value does not depend on the tile that computes it.
 */
#ifndef PL_GEMM_H
#define PL_GEMM_H
#include "network.h"
#include "team.h"

/* The largest tile that leaves registers for operands: 32 of them, or 16. */
#if VL == 16
enum { TILE_ROWS = 6, TILE_VECTORS = 4 };
#elif VL == 8
enum { TILE_ROWS = 6, TILE_VECTORS = 2 };
#else
enum { TILE_ROWS = 2, TILE_VECTORS = 4 };
#endif

typedef vf Tile[TILE_ROWS][TILE_VECTORS];

/* Calls `function(rows, ...)` with rows, 1 .. TILE_ROWS, known at compile time. */
#if VL == 4
#define FOR_ROWS(rows, function, ...) \
  switch (rows) {                     \
    case 1: function(1, __VA_ARGS__); break; \
    default: function(2, __VA_ARGS__);       \
  }
#else
#define FOR_ROWS(rows, function, ...) \
  switch (rows) {                     \
    case 1: function(1, __VA_ARGS__); break; \
    case 2: function(2, __VA_ARGS__); break; \
    case 3: function(3, __VA_ARGS__); break; \
    case 4: function(4, __VA_ARGS__); break; \
    case 5: function(5, __VA_ARGS__); break; \
    default: function(6, __VA_ARGS__);       \
  }
#endif

/* Where vector `j` of columns starts when CELL columns are contiguous and `cell` apart. */
INLINE int64_t column(int j, int64_t cell) { return j / VPC * cell + j % VPC * VL; }

/* sums[i][j] += a[i * a_row + k * a_step] * b[k * b_step + column(j, b_cell)] for k < depth. */
INLINE void accumulate(const int rows, const int vectors, Tile sums, const float *a, int64_t a_row, int64_t a_step,
                       const float *b, int64_t b_step, int64_t b_cell, int depth) {
  for (int k = 0; k < depth; k++) {
    vf operand[TILE_VECTORS];
    UNROLL for (int j = 0; j < vectors; j++) operand[j] = load(b + k * b_step + column(j, b_cell));
    UNROLL for (int i = 0; i < rows; i++) {
      vf value = splat(a[i * a_row + k * a_step]);
      UNROLL for (int j = 0; j < vectors; j++) sums[i][j] = value * operand[j] + sums[i][j];
    }
  }
}

/*
 * How much of a product is done at a time: `depth` steps for `rows` rows. With `a` row by row, the columns of
 * `depth` steps stay in the second-level cache while long pieces of rows stream past. With `a` transposed, rows
 * and steps change roles: long pieces stream when `depth` is short and `rows` long. (Measured on 4096 x 4096.)
 */
typedef struct {
  int rows, depth;
} Blocking;

static const Blocking ROW_BY_ROW = {192, 512}, TRANSPOSED = {1024, 48};

/* A product c[row][column] = sum over k of a[row][k] * b[k][column], with columns in cells. */
typedef struct {
  int rows, depth, cells;
  const float *a;
  int64_t a_row, a_step;
  const float *b; /* [cell][k][CELL] */
  float *c;       /* [cell][row][CELL] */
} Product;

INLINE void product_tile(const int rows, const int vectors, const Product *p, int row, int cell, int lane, int start,
                         int depth) {
  int64_t b_cell = (int64_t)p->depth * CELL, c_cell = (int64_t)p->rows * CELL;
  const float *b = p->b + cell * b_cell + (int64_t)start * CELL + lane;
  float *c = p->c + cell * c_cell + (int64_t)row * CELL + lane;
  const float *a = p->a + row * p->a_row + start * p->a_step;
  Tile sums;
  if (start == 0) {
    UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < vectors; j++) sums[i][j] = splat(0);
  } else {
    UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < vectors; j++)
        sums[i][j] = load(c + i * CELL + column(j, c_cell));
  }
  accumulate(rows, vectors, sums, a, p->a_row, p->a_step, b, CELL, b_cell, depth);
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < vectors; j++)
      store(c + i * CELL + column(j, c_cell), sums[i][j]);
}

NOINLINE void product_wide_tile(int rows, const Product *p, int row, int cell, int lane, int start, int depth) {
  FOR_ROWS(rows, product_tile, TILE_VECTORS, p, row, cell, lane, start, depth)
}

NOINLINE void product_narrow_tile(int rows, const Product *p, int row, int cell, int lane, int start, int depth) {
  FOR_ROWS(rows, product_tile, 1, p, row, cell, lane, start, depth)
}

/* All cells for the rows from `first` to `last` and the steps from `start`. */
static void product_block(const Product *p, int first, int last, int start, int depth) {
  int vectors = p->cells * VPC, tiles = parts(last - first, TILE_ROWS);
  for (int v = 0; v < vectors;) {
    int wide = v + TILE_VECTORS <= vectors;
    for (int t = 0; t < tiles; t++) {
      int row = first + part_start(last - first, tiles, t), end = first + part_start(last - first, tiles, t + 1);
      (wide ? product_wide_tile : product_narrow_tile)(end - row, p, row, v / VPC, v % VPC * VL, start, depth);
    }
    v += wide ? TILE_VECTORS : 1;
  }
}

/* The rows from `range.from` to before `range.end`. */
static void product(const Product *p, Range range) {
  const Blocking block = p->a_step == 1 ? ROW_BY_ROW : TRANSPOSED;
  for (int start = 0; start < p->depth; start += block.depth)
    for (int row = range.from; row < range.end; row += block.rows)
      product_block(p, row, smaller(row + block.rows, range.end), start, smaller(block.depth, p->depth - start));
}
#endif
