import type { Corruption, Plane } from "./corruption.ts";

/** Right, down and so on round: [columns, rows]. */
const DIRECTIONS = [
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
  [0, -1],
  [1, -1],
] as const;

export const shift = {
  name: "shift",
  summary: "Moved by 1 to 5 pixels in one of eight directions; what comes in is black.",
  drawn: (severity, random) => {
    const [right, down] = DIRECTIONS[random.below(DIRECTIONS.length)] ?? DIRECTIONS[0];
    return (plane) => moved(plane, right * severity, down * severity);
  },
} as const satisfies Corruption;

function moved({ height, width, pixels }: Plane, right: number, down: number): Uint8Array {
  const out = new Uint8Array(pixels.length);
  for (let row = Math.max(0, down); row < Math.min(height, height + down); row++) {
    for (let column = Math.max(0, right); column < Math.min(width, width + right); column++) {
      out[row * width + column] = pixels[(row - down) * width + column - right] ?? 0;
    }
  }
  return out;
}
