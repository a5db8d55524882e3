/* The losses: per-example values and the gradient with respect to the network's output. */
#include "elementary.h"
#include "network.h"

/* Probabilities are flushed below this: their products with weights would become denormal. */
static const float TINY_PROBABILITY = 1e-20f;

/*
 * -log softmax(logits)[label] of each of the batch's examples; gradient (softmax - one-hot) / divisor, exactly
 * 0 for padding. `logits` is [cell][class][CELL]; so is `gradient`, unless null.
 */
static void cross_entropy(const float *logits, const uint8_t *labels, const uint32_t *order, int count, int classes,
                          double divisor, double *losses, float *gradient) {
  for (int first = 0; first < count; first += CELL, logits += (int64_t)classes * CELL) {
    float largest[CELL], total[CELL];
    for (int lane = 0; lane < CELL; lane += VL) {
      vf top = load(logits + lane), sum = splat(0);
      for (int c = 1; c < classes; c++) {
        vf x = load(logits + c * CELL + lane);
        top = choose(x > top, x, top);
      }
      for (int c = 0; c < classes; c++) {
        vf e = exponential(load(logits + c * CELL + lane) - top);
        sum += e;
        if (gradient) store(gradient + c * CELL + lane, e);
      }
      store(largest + lane, top);
      store(total + lane, sum);
      if (!gradient) continue;
      for (int c = 0; c < classes; c++) {
        vf p = flush(load(gradient + c * CELL + lane) / sum, TINY_PROBABILITY);
        store(gradient + c * CELL + lane, p * splat((float)(1 / divisor)));
      }
    }
    for (int e = 0; e < CELL; e++) {
      if (first + e < count) {
        int label = labels[order[first + e]];
        losses[first + e] = logarithm(total[e]) + ((double)largest[e] - logits[label * CELL + e]);
        if (gradient) gradient[label * CELL + e] -= (float)(1 / divisor);
      } else if (gradient) {
        for (int c = 0; c < classes; c++) gradient[c * CELL + e] = 0;
      }
    }
    if (gradient) gradient += (int64_t)classes * CELL;
  }
}

/* Mean over the outputs of (output - target)^2 of each example; gradient 2 (output - target) / (divisor width). */
static void squared_error(const float *outputs, const float *targets, const uint32_t *order, int count, int width,
                          double divisor, double *losses, float *gradient) {
  float scale = (float)(2 / (divisor * width));
  for (int first = 0; first < count; first += CELL, outputs += (int64_t)width * CELL) {
    for (int e = 0; e < CELL; e++) {
      double sum = 0;
      for (int i = 0; i < width; i++) {
        float difference = first + e < count ? outputs[i * CELL + e] - targets[(int64_t)order[first + e] * width + i] : 0;
        sum += (double)difference * difference;
        if (gradient) gradient[i * CELL + e] = difference * scale;
      }
      if (first + e < count) losses[first + e] = sum / width;
    }
    if (gradient) gradient += (int64_t)width * CELL;
  }
}

/* The sum of the outputs of each example, which compares with no target; gradient 1 / divisor, 0 for padding. */
static void sum_of_outputs(const float *outputs, int count, int width, double divisor, double *losses,
                           float *gradient) {
  for (int first = 0; first < count; first += CELL, outputs += (int64_t)width * CELL) {
    for (int e = 0; e < CELL; e++) {
      int present = first + e < count;
      double sum = 0;
      for (int i = 0; i < width; i++) {
        sum += (double)outputs[i * CELL + e];
        if (gradient) gradient[i * CELL + e] = present ? (float)(1 / divisor) : 0;
      }
      if (present) losses[first + e] = sum;
    }
    if (gradient) gradient += (int64_t)width * CELL;
  }
}

/* How many examples have their largest logit, the first of equals, at the label. */
static int count_correct(const float *logits, const uint8_t *labels, const uint32_t *order, int count, int classes) {
  int correct = 0;
  for (int b = 0; b < count; b++) {
    const float *x = logits + (int64_t)(b / CELL) * classes * CELL + b % CELL;
    int best = 0;
    for (int c = 1; c < classes; c++)
      if (x[c * CELL] > x[best * CELL]) best = c;
    correct += best == labels[order[b]];
  }
  return correct;
}
