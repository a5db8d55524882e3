// The drawing: a pen for mouse, touch and keyboard, and what the network says of it.

const pad = document.getElementById("pad");
const pen = document.getElementById("pen");
const seen = document.getElementById("seen");
const say = (id, text) => {
  document.getElementById(id).textContent = text;
};

const SIDE = network.inputShape[1];
/** Pixels of the pad to a line's width: about as thick as in MNIST once a digit that fills the pad is made small. */
const LINE = pad.width / 13;
/** Of the side of an image, the part that the longer side of a digit has in MNIST. */
const BOX = 20 / 28;

const drawing = pad.getContext("2d", { willReadFrequently: true });
drawing.lineWidth = LINE;
drawing.lineCap = "round";
drawing.lineJoin = "round";

function line(from, to) {
  drawing.beginPath();
  // A line of no length would draw nothing, and a tap is a dot.
  drawing.moveTo(from.x - 0.1, from.y);
  drawing.lineTo(to.x, to.y);
  drawing.stroke();
}

/**
 * What is drawn, as MNIST has its digits: scaled, proportions kept, so that the longer side is 20 of 28 pixels, and moved
 * so that the center of its mass is that of the image. Bytes, row by row; undefined where nothing is drawn.
 */
function drawnImage() {
  const { width, height } = pad;
  const { data } = drawing.getImageData(0, 0, width, height);
  let [left, top, right, bottom, mass, massX, massY] = [width, height, -1, -1, 0, 0, 0];
  for (let y = 0, i = 3; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      if (data[i] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
      mass += data[i];
      massX += data[i] * (x + 0.5);
      massY += data[i] * (y + 0.5);
    }
  }
  if (mass === 0) return undefined;
  const scale = Math.max(right - left + 1, bottom - top + 1, SIDE) / (BOX * SIDE);
  const sums = new Float64Array(SIDE * SIDE);
  const counts = new Float64Array(SIDE * SIDE);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y + 0.5 - massY / mass) / scale + SIDE / 2);
    if (row < 0 || row >= SIDE) continue;
    for (let x = 0; x < width; x++) {
      const column = Math.floor((x + 0.5 - massX / mass) / scale + SIDE / 2);
      if (column < 0 || column >= SIDE) continue;
      sums[row * SIDE + column] += data[4 * (y * width + x) + 3];
      counts[row * SIDE + column]++;
    }
  }
  return Uint8ClampedArray.from(sums, (sum, i) => sum / Math.max(1, counts[i]));
}

const percent = (share) => `${(100 * share).toFixed(1)}%`;

/** Shows what the network says of an image, and what it got; without one, that there is none. */
function show(image) {
  const probabilities = image === undefined ? undefined : probabilitiesOf(image);
  const best = probabilities?.indexOf(Math.max(...probabilities));
  say(
    "prediction",
    probabilities === undefined ? "Nothing is drawn." : `${best}, ${percent(probabilities[best])}`,
  );
  document.querySelectorAll("#probabilities tbody tr").forEach((row, i) => {
    const share = probabilities?.[i] ?? 0;
    row.classList.toggle("best", i === best);
    row.querySelector("td").textContent = probabilities === undefined ? "" : percent(share);
    row.querySelector(".bar").style.width = `${100 * share}%`;
  });
  const gray = seen.getContext("2d").createImageData(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i++)
    gray.data.fill(image?.[i] ?? 0, 4 * i, 4 * i + 3).fill(255, 4 * i + 3, 4 * i + 4);
  seen.getContext("2d").putImageData(gray, 0, 0);
}

/** The mean of as many predictions as 10 ms have room for: clocks of browsers are coarse. */
function measure(image) {
  const start = performance.now();
  let runs = 0;
  do {
    probabilitiesOf(image);
    runs++;
  } while (performance.now() - start < 10);
  const milliseconds = (performance.now() - start) / runs;
  say("time", `${milliseconds.toPrecision(2)} ms`);
}

function finish() {
  const image = drawnImage();
  show(image);
  if (image !== undefined) measure(image);
}

function clearPad() {
  drawing.clearRect(0, 0, pad.width, pad.height);
  finish();
}

// Mouse, touch and stylus.
let last;

const pointOf = ({ clientX, clientY }) => {
  const { left, top, width, height } = pad.getBoundingClientRect();
  return { x: ((clientX - left) * pad.width) / width, y: ((clientY - top) * pad.height) / height };
};

pad.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || last !== undefined) return;
  pad.setPointerCapture(event.pointerId);
  last = { id: event.pointerId, ...pointOf(event) };
  line(last, last);
  show(drawnImage());
});
pad.addEventListener("pointermove", (event) => {
  if (last?.id !== event.pointerId) return;
  const events = event.getCoalescedEvents?.() ?? [];
  for (const each of events.length > 0 ? events : [event]) {
    const point = pointOf(each);
    line(last, point);
    last = { id: event.pointerId, ...point };
  }
  show(drawnImage());
});
for (const type of ["pointerup", "pointercancel"]) {
  pad.addEventListener(type, (event) => {
    if (last?.id !== event.pointerId) return;
    last = undefined;
    finish();
  });
}

// Keyboard: arrows move the pen, the space bar sets it down and lifts it.
const STEP = pad.width / 28;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
let tip = { x: pad.width / 2, y: pad.height / 2 };
let down = false;

function placePen() {
  pen.style.left = `${(100 * tip.x) / pad.width}%`;
  pen.style.top = `${(100 * tip.y) / pad.height}%`;
  pen.classList.toggle("down", down);
}

function setPen(isDown) {
  down = isDown;
  placePen();
  say("pen-state", down ? "Pen down." : "Pen up.");
}

pad.addEventListener("keydown", (event) => {
  const move = MOVES[event.key];
  if (move !== undefined) {
    const inside = (at) => Math.min(pad.width - LINE, Math.max(LINE, at));
    const next = { x: inside(tip.x + STEP * move[0]), y: inside(tip.y + STEP * move[1]) };
    if (down) line(tip, next);
    tip = next;
    placePen();
    if (down) show(drawnImage());
  } else if (event.key === " ") {
    setPen(!down);
    if (down) line(tip, tip);
    finish();
  } else if (["Delete", "Backspace", "Escape"].includes(event.key)) {
    setPen(false);
    clearPad();
  } else return;
  event.preventDefault();
});
pad.addEventListener("blur", () => setPen(false));
document.getElementById("clear").addEventListener("click", clearPad);

openNetwork().then(
  () => {
    placePen();
    show(drawnImage());
    document.body.dataset.ready = "yes";
  },
  () =>
    say(
      "prediction",
      "This browser cannot unpack the weights: it needs DecompressionStream, of 2023 or later.",
    ),
);
