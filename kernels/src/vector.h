/* Vector types and the few operations on them, in GCC vector extensions: gcc 9+, clang, any target. */
#ifndef PL_VECTOR_H
#define PL_VECTOR_H
#include <stddef.h>
#include <stdint.h>

#if defined(__wasm__)
#define PL_EXPORT(name) __attribute__((export_name(#name), used))
#elif defined(_WIN32)
#define PL_EXPORT(name) __declspec(dllexport)
#else
#define PL_EXPORT(name) __attribute__((visibility("default"), used))
#endif
#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))
#define UNROLL _Pragma("GCC unroll 8")
#define UNROLL16 _Pragma("GCC unroll 16")

/* Floats in a vector: what one register of the target holds. */
#ifndef VL
#if defined(__AVX512F__)
#define VL 16
#elif defined(__AVX__)
#define VL 8
#else
#define VL 4
#endif
#endif

/* Examples in a cell, the unit of the batch-minor layout (see network.h); a multiple of every VL. */
#define CELL 16
/* Vectors in a cell. */
#define VPC (CELL / VL)

typedef float vf __attribute__((vector_size(VL * 4), aligned(4), may_alias));
typedef int32_t vi __attribute__((vector_size(VL * 4), aligned(4), may_alias));
typedef float v4 __attribute__((vector_size(16), aligned(4), may_alias));
typedef float v16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint8_t bytes16 __attribute__((vector_size(16), aligned(1), may_alias));

#if defined(__clang__)
#define SHUFFLE4(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#define SHUFFLE16(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
typedef int32_t shuffle4 __attribute__((vector_size(16)));
typedef uint8_t shuffle16 __attribute__((vector_size(16)));
#define SHUFFLE4(a, b, i, j, k, l) __builtin_shuffle(a, b, (shuffle4){i, j, k, l})
#define SHUFFLE16(a, b, ...) __builtin_shuffle(a, b, (shuffle16){__VA_ARGS__})
#endif

INLINE vf load(const float *p) { return *(const vf *)p; }
INLINE void store(float *p, vf x) { *(vf *)p = x; }
INLINE vi load_int(const int32_t *p) { return *(const vi *)p; }
INLINE void store_int(int32_t *p, vi x) { *(vi *)p = x; }
INLINE vf splat(float x) { return x - (vf){0}; }
INLINE vi splat_int(int32_t x) { return x - (vi){0}; }

/* mask ? a : b, lane by lane; masks are all ones or all zeros. */
INLINE vf choose(vi mask, vf a, vf b) { return (vf)(((vi)a & mask) | ((vi)b & ~mask)); }
INLINE vf keep(vi mask, vf a) { return (vf)((vi)a & mask); }
INLINE vf absolute(vf x) { return (vf)((vi)x & splat_int(0x7fffffff)); }

/*
 * Values nearer to 0 than `tiny` become 0; NaN stays. WebAssembly cannot flush denormals in hardware and they
 * cost a hundredfold, so both builds flush by hand wherever values decay.
 */
INLINE vf flush(vf x, float tiny) { return keep(~(absolute(x) < splat(tiny)), x); }

INLINE vf square_root(vf x) {
#if defined(__wasm__)
  return __builtin_wasm_sqrt_f32x4(x);
#elif defined(__clang__)
  return __builtin_elementwise_sqrt(x);
#else
  vf r;
  for (int i = 0; i < VL; i++) r[i] = __builtin_sqrtf(x[i]);
  return r;
#endif
}

/* Lanes taken from two vectors, lanes of the second counted on from those of the first. */
#if defined(__clang__)
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (vi){__VA_ARGS__})
#endif

/* The horizontal sums of four vectors: pairs within each block of four lanes, then the blocks. */
INLINE v4 sums4(vf a, vf b, vf c, vf d) {
#if VL == 16
  vf p = SHUFFLE(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29) +
         SHUFFLE(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
  vf q = SHUFFLE(c, d, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29) +
         SHUFFLE(c, d, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
  vf s = SHUFFLE(p, q, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29) +
         SHUFFLE(p, q, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
  s += SHUFFLE(s, s, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  s += SHUFFLE(s, s, 4, 5, 6, 7, 0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15);
#elif VL == 8
  vf p = SHUFFLE(a, b, 0, 8, 1, 9, 4, 12, 5, 13) + SHUFFLE(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
  vf q = SHUFFLE(c, d, 0, 8, 1, 9, 4, 12, 5, 13) + SHUFFLE(c, d, 2, 10, 3, 11, 6, 14, 7, 15);
  vf s = SHUFFLE(p, q, 0, 1, 8, 9, 4, 5, 12, 13) + SHUFFLE(p, q, 2, 3, 10, 11, 6, 7, 14, 15);
  s += SHUFFLE(s, s, 4, 5, 6, 7, 0, 1, 2, 3);
#else
  vf p = SHUFFLE(a, b, 0, 4, 1, 5) + SHUFFLE(a, b, 2, 6, 3, 7);
  vf q = SHUFFLE(c, d, 0, 4, 1, 5) + SHUFFLE(c, d, 2, 6, 3, 7);
  vf s = SHUFFLE(p, q, 0, 1, 4, 5) + SHUFFLE(p, q, 2, 3, 6, 7);
#endif
  return *(const v4 *)&s;
}

INLINE float sum(vf a) { return sums4(a, a, a, a)[0]; }

INLINE int64_t round_up(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

INLINE int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
INLINE int smaller(int a, int b) { return a < b ? a : b; }

/* Splits `n` items into the fewest parts of at most `most`, as even as possible: the first item of part `i`. */
INLINE int parts(int n, int most) { return (n + most - 1) / most; }
INLINE int part_start(int n, int count, int i) { return (int)((int64_t)n * i / count); }
#endif
