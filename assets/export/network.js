// The network of the page: reads its weights, and computes the probabilities of the classes.

const network = JSON.parse(document.getElementById("network").textContent);
const sizeOf = (shape) => shape.reduce((size, extent) => size * extent, 1);

/** Base64 of deflated bytes: of all tensors the gaps, then the first byte of each value, the second, ... */
async function readTensors(text) {
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let at = 0;
  // A gap is how many values are 0 before one that is not; 255 is continued by the next byte.
  const places = network.tensors.map(({ nonzero }) => {
    let place = -1;
    return new Uint32Array(nonzero).map(() => {
      let byte;
      place++;
      do {
        byte = bytes[at++];
        place += byte;
      } while (byte === 255);
      return place;
    });
  });
  const count = (bytes.length - at) / 4;
  const floats = new DataView(new ArrayBuffer(4 * count));
  for (let i = 0; i < 4 * count; i++) floats.setUint8(4 * (i % count) + Math.floor(i / count), bytes[at + i]);
  let first = 0;
  return new Map(
    network.tensors.map(({ name, shape, nonzero }, tensor) => {
      const values = Float32Array.from({ length: nonzero }, (_, i) =>
        floats.getFloat32(4 * (first + i), true),
      );
      first += nonzero;
      return [name, { size: sizeOf(shape), places: places[tensor], values }];
    }),
  );
}

/** A layer as a function of its input, which is flat, and the shape of its output. */
const layers = {
  dense({ name, inputs, outputs }, _shape, tensors) {
    const { places, values } = tensors.get(`${name}.weight`);
    const rows = places.map((place) => Math.floor(place / inputs));
    const columns = places.map((place) => place % inputs);
    const biases = biasesOf(name, outputs, tensors);
    const run = (input) => {
      const output = biases.slice();
      for (let i = 0; i < values.length; i++) output[rows[i]] += values[i] * input[columns[i]];
      return output;
    };
    return { run, shape: [outputs] };
  },

  conv2d(
    { name, outChannels, inChannels, kernelHeight, kernelWidth, stride, padding },
    [, height, width],
    tensors,
  ) {
    const { places, values } = tensors.get(`${name}.weight`);
    const biases = biasesOf(name, outChannels, tensors);
    const outHeight = Math.floor((height + 2 * padding - kernelHeight) / stride) + 1;
    const outWidth = Math.floor((width + 2 * padding - kernelWidth) / stride) + 1;
    const area = outHeight * outWidth;
    // Of the outputs in a row or column, those whose input at this place of the kernel lies in the image.
    const begin = (at) => Math.max(0, Math.ceil((padding - at) / stride));
    const end = (at, size, count) => Math.min(count, Math.floor((size - 1 + padding - at) / stride) + 1);
    const run = (input) => {
      const output = new Float64Array(outChannels * area);
      for (let channel = 0; channel < outChannels; channel++) {
        output.fill(biases[channel], channel * area, (channel + 1) * area);
      }
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        const kernelX = places[i] % kernelWidth;
        const kernelY = Math.floor(places[i] / kernelWidth) % kernelHeight;
        const channels = Math.floor(places[i] / (kernelWidth * kernelHeight));
        const from = (channels % inChannels) * height * width + kernelX - padding;
        const to = Math.floor(channels / inChannels) * area;
        const [left, right] = [begin(kernelX), end(kernelX, width, outWidth)];
        const bottom = end(kernelY, height, outHeight);
        for (let y = begin(kernelY); y < bottom; y++) {
          const row = from + (y * stride + kernelY - padding) * width;
          for (let x = left; x < right; x++) output[to + y * outWidth + x] += value * input[row + x * stride];
        }
      }
      return output;
    };
    return { run, shape: [outChannels, outHeight, outWidth] };
  },

  "max-pool"({ size, stride }, [channels, height, width]) {
    const outHeight = Math.floor((height - size) / stride) + 1;
    const outWidth = Math.floor((width - size) / stride) + 1;
    const run = (input) => {
      const output = new Float64Array(channels * outHeight * outWidth).fill(Number.NEGATIVE_INFINITY);
      for (let i = 0; i < output.length; i++) {
        const x = (i % outWidth) * stride;
        const y = (Math.floor(i / outWidth) % outHeight) * stride;
        const from = (Math.floor(i / (outWidth * outHeight)) * height + y) * width + x;
        for (let dy = 0; dy < size; dy++) {
          for (let dx = 0; dx < size; dx++) output[i] = Math.max(output[i], input[from + dy * width + dx]);
        }
      }
      return output;
    };
    return { run, shape: [channels, outHeight, outWidth] };
  },

  flatten: (_layer, shape) => ({ run: (input) => input, shape: [sizeOf(shape)] }),

  activation({ activation }, shape) {
    const of = {
      relu: (x) => Math.max(0, x),
      sigmoid: (x) => 1 / (1 + Math.exp(-x)),
      tanh: Math.tanh,
    }[activation];
    return { run: (input) => input.map(of), shape };
  },
};

function biasesOf(name, size, tensors) {
  const biases = new Float64Array(size);
  const bias = tensors.get(`${name}.bias`);
  bias?.places.forEach((place, i) => {
    biases[place] = bias.values[i];
  });
  return biases;
}

let steps = [];

async function openNetwork() {
  const tensors = await readTensors(document.getElementById("weights").textContent);
  let shape = network.inputShape;
  steps = network.layers.map((layer) => {
    const built = layers[layer.kind](layer, shape, tensors);
    shape = built.shape;
    return built.run;
  });
}

/** Of each class, for the pixels of an image: bytes, row by row, 255 for ink. */
function probabilitiesOf(pixels) {
  const input = Float64Array.from(pixels, (byte) => byte * network.scale + network.offset);
  const logits = steps.reduce((values, step) => step(values), input);
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

// What draw.js, and whoever feeds the page, calls.
Object.assign(globalThis, { openNetwork, probabilitiesOf });
