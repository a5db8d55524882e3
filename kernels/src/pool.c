/* Max-pooling over square windows. */
#include "network.h"

/* A NaN in a window wins it, as in PyTorch, and the first of equals does. */
INLINE vi wins(vf x, vf best) { return (x > best) | (x != x); }

static void pool_forward(const Team *team, Layer *layer, int cells) {
  Range mine = share(team, cells);
  int64_t in_size = shape_size(layer->in) * CELL, out_size = shape_size(layer->out) * CELL;
  int height = layer->in.height, width = layer->in.width, stride = layer->stride;
  const float *plane = layer->input + mine.from * in_size;
  float *out = layer->output + mine.from * out_size;
  int32_t *winner = layer->argmax + mine.from * out_size;
  int planes = (mine.end - mine.from) * layer->in.channels;
  for (int p = 0; p < planes; p++, plane += (int64_t)height * width * CELL)
    for (int y = 0; y < layer->out.height; y++)
      for (int x = 0; x < layer->out.width; x++)
        for (int lane = 0; lane < CELL; lane += VL, out += VL, winner += VL) {
          int corner = y * stride * width + x * stride;
          vf best = load(plane + corner * CELL + lane);
          vi at = splat_int(corner);
          for (int i = 0; i < layer->window; i++)
            for (int j = 0; j < layer->window; j++) {
              int position = corner + i * width + j;
              vf value = load(plane + position * CELL + lane);
              vi better = wins(value, best);
              best = choose(better, value, best);
              at = (splat_int(position) & better) | (at & ~better);
            }
          store(out, best);
          store_int(winner, at);
        }
  activate(layer->activation, layer->output + mine.from * out_size, NULL, mine.end - mine.from, layer->out);
}

/* Each output's gradient goes to the position that won; windows may overlap. */
static void pool_backward(const Team *team, const Layer *layer, const float *gradient, float *input_gradient,
                          int cells) {
  Range mine = share(team, cells * layer->in.channels);
  int64_t in_plane = (int64_t)layer->in.height * layer->in.width * CELL;
  int64_t out_plane = (int64_t)layer->out.height * layer->out.width * CELL;
  const int32_t *winner = layer->argmax + mine.from * out_plane;
  gradient += mine.from * out_plane;
  for (int p = mine.from; p < mine.end; p++) {
    float *plane = input_gradient + p * in_plane;
    for (int64_t i = 0; i < in_plane; i++) plane[i] = 0;
    for (int64_t i = 0; i < out_plane; i++, winner++, gradient++)
      plane[(int64_t)*winner * CELL + i % CELL] += *gradient;
  }
}
