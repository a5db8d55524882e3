/** The room that a chart is laid out for. Text, strokes and points keep their size; plots and panels take what is left. */
export interface Frame {
  /** Of the whole, in pixels; on the screen as wide as the chart comes out. */
  readonly width: number;
  /** How wide and high plots are, of what they are on the screen. */
  readonly scale: number;
  /** Most panels side by side. */
  readonly columns: number;
}

export const screen: Frame = {
  width: Number.POSITIVE_INFINITY,
  scale: 1,
  columns: Number.POSITIVE_INFINITY,
};

/** Whether it is for print: no room for titles, nor for names beside the lines. */
export function isPrinted(frame: Frame): boolean {
  return frame !== screen;
}

/** Heights shrink less than widths, and do not grow. */
const LEAST_HEIGHT = 0.55;

/**
 * Width and height of a plot, in pixels, that has these on the screen. `least`: what its text needs of the width, as a
 * scale; a chart that is too wide with it is shrunk as a whole.
 */
export function plotSize(
  { scale }: Frame,
  width: number,
  height: number,
  least = 0,
): { readonly width: number; readonly height: number } {
  return {
    width: Math.round(width * Math.max(scale, least)),
    height: Math.round(height * Math.min(1, Math.max(scale, LEAST_HEIGHT))),
  };
}
