/*
 * exp, tanh and sigmoid in float, log and the exp of what is not above 0 in double; correct to about 2 ulp, the same
 * source for both builds.
 */
#ifndef PL_ELEMENTARY_H
#define PL_ELEMENTARY_H
#include "vector.h"

/*
 * e^x: x = n ln 2 + r, |r| <= ln 2 / 2, the polynomial for e^r of Cephes' expf. Below -87.3, where the result
 * would be denormal, it is the smallest normal number; above 88.7 it is infinity; NaN stays NaN.
 */
INLINE vf exponential(vf x0) {
  vf x = choose(x0 < splat(-87.3f), splat(-87.3f), x0);
  x = choose(x > splat(88.7f), splat(88.7f), x);
  const vf magic = splat(12582912.f); /* 1.5 * 2^23: adding it rounds to an integer */
  vf shifted = x * splat(1.44269504f) + magic;
  vi n = (vi)shifted - (vi)magic;
  vf whole = shifted - magic;
  x = x - whole * splat(0.693359375f);
  x = x + whole * splat(2.12194440e-4f);
  vf p = splat(1.9875691500e-4f);
  p = p * x + splat(1.3981999507e-3f);
  p = p * x + splat(8.3334519073e-3f);
  p = p * x + splat(4.1665795894e-2f);
  p = p * x + splat(1.6666665459e-1f);
  p = p * x + splat(5.0000001201e-1f);
  p = p * (x * x) + x + splat(1.f);
  /* 2^n in two factors: n reaches 128, whose power alone is no float. */
  vi half = n >> 1;
  vf low = (vf)((half + splat_int(127)) << 23), high = (vf)((n - half + splat_int(127)) << 23);
  vf result = p * low * high;
  result = choose(x0 > splat(88.7f), splat(__builtin_inff()), result);
  return choose(x0 != x0, x0, result);
}

INLINE vf sigmoid(vf x) { return splat(1.f) / (splat(1.f) + exponential(-x)); }

/* tanh x: an odd polynomial below 0.625 (Cephes' tanhf), 1 - 2 / (e^2|x| + 1) above. */
INLINE vf hyperbolic_tangent(vf x) {
  vf a = absolute(x), s = x * x;
  vf p = splat(-5.70498872745e-3f);
  p = p * s + splat(2.06390887954e-2f);
  p = p * s + splat(-5.37397155531e-2f);
  p = p * s + splat(1.33314422036e-1f);
  p = p * s + splat(-3.33332819422e-1f);
  vf small = p * s * x + x;
  vf large = splat(1.f) - splat(2.f) / (exponential(a + a) + splat(1.f));
  large = (vf)((vi)large | ((vi)x & splat_int((int32_t)0x80000000)));
  return choose(a < splat(0.625f), small, large);
}

/* The normal distribution's function at x, and its density: GELU is x times the first. */
typedef struct {
  vf function, density;
} Normal;

/*
 * From erfc z = t (a1 + t (a2 + ...)) e^(-z^2) with t = 1 / (1 + p z), for z >= 0: Abramowitz and Stegun 1964, 7.1.26, whose
 * error is below 1.5e-7, half of which remains here.
 */
INLINE Normal normal_distribution(vf x) {
  vf e = exponential(x * x * splat(-0.5f));
  vf t = splat(1.f) / (splat(1.f) + absolute(x) * splat(0.3275911f * 0.70710678f));
  vf p = splat(1.061405429f);
  p = p * t + splat(-1.453152027f);
  p = p * t + splat(1.421413741f);
  p = p * t + splat(-0.284496736f);
  p = p * t + splat(0.254829592f);
  vf tail = p * t * e * splat(0.5f);
  return (Normal){choose(x > splat(0), splat(1.f) - tail, tail), e * splat(0.39894228f)};
}

/* ln x for x > 0 that is not denormal, infinity or NaN: ln x = e ln 2 + 2 atanh((m - 1) / (m + 1)), m within [sqrt 1/2, sqrt 2]. */
INLINE double logarithm(double x) {
  if (!(x < __builtin_inf())) return x;
  union {
    double value;
    uint64_t bits;
  } u = {x};
  int exponent = (int)(u.bits >> 52) - 1023;
  u.bits = (u.bits & 0xfffffffffffffULL) | 0x3ff0000000000000ULL;
  double m = u.value;
  if (m > 1.4142135623730951) m *= 0.5, exponent++;
  double f = (m - 1) / (m + 1), s = f * f, series = 0;
  for (int k = 21; k >= 1; k -= 2) series = series * s + 1.0 / k;
  return exponent * 0.6931471805599453 + 2 * f * series;
}

/* e^x for x <= 0 or NaN: x = n ln 2 + r, |r| <= ln 2 / 2, and the series of e^r. Where it would be denormal it is 0. */
INLINE double exponential_below_0(double x) {
  const double magic = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to an integer */
  union {
    double value;
    uint64_t bits;
  } u = {x * 1.4426950408889634 + magic};
  double n = u.value - magic;
  /* ln 2 in two parts, of which the first times n is exact. */
  double r = x - n * 0.693147180369123816490 - n * 1.90821492927058770002e-10, series = 1;
  for (int k = 13; k >= 1; k--) series = 1 + series * (r * (1.0 / k));
  u.bits = (u.bits + 1023) << 52; /* 2^n: the lowest bits held n */
  return x < -700 ? 0 : series * u.value;
}

/* base^n by repeated squaring: deterministic, without a math library. */
INLINE double power(double base, int64_t n) {
  double result = 1;
  for (; n > 0; n >>= 1, base *= base)
    if (n & 1) result *= base;
  return result;
}
#endif
