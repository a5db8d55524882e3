import type { BySeverity, Corruption, Plane } from "./corruption.ts";

interface Turn {
  readonly cosine: number;
  readonly sine: number;
}

/** By 10 to 50 degrees. Written out: a cosine that is computed may differ in its last digit between machines. */
const TURNS: BySeverity<Turn> = {
  1: { cosine: 0.984807753, sine: 0.173648178 },
  2: { cosine: 0.939692621, sine: 0.342020143 },
  3: { cosine: 0.866025404, sine: 0.5 },
  4: { cosine: 0.766044443, sine: 0.64278761 },
  5: { cosine: 0.64278761, sine: 0.766044443 },
};

export const rotation = {
  name: "rotation",
  summary: "Turned by 10 to 50 degrees, either way, about its middle (bilinear); what comes in is black.",
  drawn: (severity, random) => {
    const { cosine, sine } = TURNS[severity];
    const turn = random.below(2) === 0 ? { cosine, sine } : { cosine, sine: -sine };
    return (plane) => turned(plane, turn);
  },
} as const satisfies Corruption;

/** Each pixel takes its value from where it was before the turn. */
function turned(plane: Plane, { cosine, sine }: Turn): Uint8Array {
  const { height, width, pixels } = plane;
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  return pixels.map((_, i) => {
    const x = (i % width) - middleX;
    const y = Math.floor(i / width) - middleY;
    return Math.round(between(plane, cosine * x + sine * y + middleX, cosine * y - sine * x + middleY));
  });
}

/** The value at a place between pixels, by its four neighbours; black outside. */
function between({ height, width, pixels }: Plane, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const at = (column: number, row: number) =>
    column < 0 || row < 0 || column >= width || row >= height ? 0 : (pixels[row * width + column] as number);
  const [rightPart, lowerPart] = [x - left, y - top];
  const upper = at(left, top) * (1 - rightPart) + at(left + 1, top) * rightPart;
  const lower = at(left, top + 1) * (1 - rightPart) + at(left + 1, top + 1) * rightPart;
  return upper * (1 - lowerPart) + lower * lowerPart;
}
