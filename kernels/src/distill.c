/*
 * Distillation: the losses of the targets, mixed with how far the outputs are from a teacher's. The definition stands
 * with Distillation in src/engines/engine.ts. In double, because the square of the temperature multiplies what two
 * logarithms differ in. Loops over the examples of a cell are the innermost, for the compiler to make vectors of.
 */
#include "elementary.h"
#include "network.h"

/* By example of a cell. */
typedef double Lanes[CELL];

/* One class of a cell's softened logits: `cell` is [class][CELL], and `teacher` has each example's row. */
INLINE void soft_logits(const float *cell, const float *const *teacher, int class, double inverse, Lanes z, Lanes t) {
  for (int e = 0; e < CELL; e++) z[e] = cell[class * CELL + e] * inverse, t[e] = teacher[e][class] * inverse;
}

/*
 * T^2 KL(teacher || outputs) of the examples of a cell; adds the gradient, T (softmax of outputs - of teacher), times
 * `scale` for the first `count`.
 */
static void soft_divergence(const float *cell, const float *const *teacher, int count, int classes, double temperature,
                            double scale, Lanes apart, float *gradient) {
  double inverse = 1 / temperature;
  Lanes z, t, largest_z, largest_t, sum_z = {0}, sum_t = {0}, offset;
  soft_logits(cell, teacher, 0, inverse, largest_z, largest_t);
  for (int c = 1; c < classes; c++) {
    soft_logits(cell, teacher, c, inverse, z, t);
    for (int e = 0; e < CELL; e++) {
      largest_z[e] = z[e] > largest_z[e] ? z[e] : largest_z[e];
      largest_t[e] = t[e] > largest_t[e] ? t[e] : largest_t[e];
    }
  }
  for (int c = 0; c < classes; c++) {
    soft_logits(cell, teacher, c, inverse, z, t);
    for (int e = 0; e < CELL; e++) {
      sum_z[e] += exponential_below_0(z[e] - largest_z[e]);
      sum_t[e] += exponential_below_0(t[e] - largest_t[e]);
    }
  }
  for (int e = 0; e < CELL; e++) {
    offset[e] = largest_z[e] - largest_t[e] + logarithm(sum_z[e] / sum_t[e]);
    apart[e] = 0;
  }
  for (int c = 0; c < classes; c++) {
    soft_logits(cell, teacher, c, inverse, z, t);
    for (int e = 0; e < count; e++) {
      double p = exponential_below_0(z[e] - largest_z[e]) / sum_z[e];
      double q = exponential_below_0(t[e] - largest_t[e]) / sum_t[e], difference = p - q;
      apart[e] += temperature * temperature * q * (t[e] - z[e] + offset[e]);
      difference = difference < TINY_PROBABILITY && difference > -TINY_PROBABILITY ? 0 : difference;
      gradient[c * CELL + e] += (float)(difference * temperature * scale);
    }
  }
}

/* The mean over the outputs of (output - teacher's)^2 likewise; adds its gradient times `scale`. */
static void distance(const float *cell, const float *const *teacher, int count, int width, double scale, Lanes apart,
                     float *gradient) {
  for (int e = 0; e < count; e++) {
    double sum = 0;
    for (int i = 0; i < width; i++) {
      double difference = (double)cell[i * CELL + e] - teacher[e][i];
      sum += difference * difference;
      gradient[i * CELL + e] += (float)(2 * difference / width * scale);
    }
    apart[e] = sum / width;
  }
}

/* Mixes the teacher into the losses of a batch and their gradient / divisor, which both hold the targets' alone. */
static void distill(const Distillation *distillation, int loss, const float *outputs, const uint32_t *order, int count,
                    int width, double divisor, double *losses, float *gradient) {
  double weight = distillation->weight, scale = weight / divisor;
  for (int first = 0; first < count; first += CELL) {
    int here = smaller(CELL, count - first);
    const float *cell = outputs + (int64_t)first * width, *teacher[CELL];
    float *cell_gradient = gradient + (int64_t)first * width;
    Lanes apart;
    for (int e = 0; e < CELL; e++) teacher[e] = distillation->outputs + (int64_t)order[first + e] * width;
    for (int i = 0; i < width * CELL; i++) cell_gradient[i] *= (float)(1 - weight);
    if (loss == LOSS_CROSS_ENTROPY)
      soft_divergence(cell, teacher, here, width, distillation->temperature, scale, apart, cell_gradient);
    else
      distance(cell, teacher, here, width, scale, apart, cell_gradient);
    for (int e = 0; e < here; e++) losses[first + e] = (1 - weight) * losses[first + e] + weight * apart[e];
  }
}
