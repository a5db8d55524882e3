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

/* Examples in a cell, the unit of the batch-minor layout (see layout.h); a multiple of every VL. */
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

/* The horizontal sums of four vectors. */
INLINE v4 sums4(vf a, vf b, vf c, vf d) {
  v4 s[4] = {{0}, {0}, {0}, {0}};
  const vf x[4] = {a, b, c, d};
  for (int i = 0; i < 4; i++) {
#if VL == 4
    s[i] = (v4)x[i];
#else
    const float *lanes = (const float *)&x[i];
    UNROLL for (int j = 0; j < VL; j += 4) s[i] += *(const v4 *)(lanes + j);
#endif
  }
  v4 p = SHUFFLE4(s[0], s[1], 0, 4, 1, 5) + SHUFFLE4(s[0], s[1], 2, 6, 3, 7);
  v4 q = SHUFFLE4(s[2], s[3], 0, 4, 1, 5) + SHUFFLE4(s[2], s[3], 2, 6, 3, 7);
  return SHUFFLE4(p, q, 0, 1, 4, 5) + SHUFFLE4(p, q, 2, 3, 6, 7);
}

INLINE float sum(vf a) { return sums4(a, a, a, a)[0]; }

INLINE int64_t round_up(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

INLINE int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
INLINE int smaller(int a, int b) { return a < b ? a : b; }

/* Splits `n` items into the fewest parts of at most `most`, as even as possible: the first item of part `i`. */
INLINE int parts(int n, int most) { return (n + most - 1) / most; }
INLINE int part_start(int n, int count, int i) { return (int)((int64_t)n * i / count); }
#endif
